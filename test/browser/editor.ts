import type { Browser, Page } from 'playwright-core';

/** The part of the editor's own API that the tests use, inside the page. */
interface EditorWindow {
	RED: {
		nodes: {
			node(id: string): (Record<string, unknown> & { _def: { category: string } }) | null;
			dirty(): boolean;
		};
		editor: { edit(node: object): void; editConfig(name: string, type: string, id: string): void };
	};
}
declare const window: EditorWindow;

/** Node-RED's editor in a browser. */
export class Editor {
	/** Errors of the page, also those of edit dialogs, which Node-RED only logs. */
	readonly errors: string[] = [];

	private constructor(
		readonly page: Page,
		private readonly id: string,
	) {
		page.on('pageerror', (error) => this.errors.push(String(error)));
		page.on('console', (message) => {
			if (/oneditprepare|oneditsave|oneditcancel|Definition error|nodes:add/.test(message.text())) {
				this.errors.push(message.text());
			}
		});
	}

	/** @param id of a node that is in the flow once the editor has it */
	static async open(browser: Browser, url: string, id: string): Promise<Editor> {
		const editor = new Editor(await browser.newPage({ viewport: { width: 1300, height: 1000 } }), id);
		await editor.page.goto(url);
		await editor.#ready();
		return editor;
	}

	/**
	 * Ends a test. Dialogs and questions that one that failed has left open would be in the way of the next test, and
	 * of its own second try, so these begin from a fresh page.
	 * @returns the errors of the page since the last time
	 */
	async finish(hasPassed: boolean): Promise<string[]> {
		if (!hasPassed) {
			await this.page.reload();
			await this.#ready();
		}
		return this.errors.splice(0);
	}

	async #ready(): Promise<void> {
		await this.page.waitForFunction((wanted) => window.RED?.nodes?.node(wanted), this.id);
		await this.page.waitForSelector('#red-ui-loading-progress', { state: 'hidden' });
	}

	/** Opens the edit dialog of a node. */
	async edit(id: string): Promise<void> {
		await this.page.evaluate((wanted) => {
			const node = window.RED.nodes.node(wanted);
			if (!node) throw new Error(`There is no node ${wanted}`);
			if (node._def.category === 'config') window.RED.editor.editConfig('', String(node.type), wanted);
			else window.RED.editor.edit(node);
		}, id);
		await this.page.waitForSelector('.red-ui-tray-body .form-row');
		// Node-RED moves the focus into a form once it has slid in, away from what is being typed by then.
		await this.page.waitForFunction(() => document.activeElement?.closest('.red-ui-tray') != null);
		await this.settled();
	}

	/** Closes the edit dialog with Done, or Update of a configuration node, or with Cancel. */
	async close(button: 'ok' | 'cancel' = 'ok'): Promise<void> {
		await this.page.click(`#node-dialog-${button}, #node-config-dialog-${button}`);
		await this.page.waitForFunction(() => document.querySelectorAll('.red-ui-tray').length === 0);
	}

	/** Waits until what the dialog asked of the server is there. */
	async settled(): Promise<void> {
		await this.page.waitForFunction(() => (window as unknown as { jQuery: { active: number } }).jQuery.active === 0);
	}

	changed(id: string): Promise<boolean> {
		return this.page.evaluate((wanted) => window.RED.nodes.node(wanted)?.changed === true, id);
	}

	dirty(): Promise<boolean> {
		return this.page.evaluate(() => window.RED.nodes.dirty());
	}

	value(selector: string): Promise<string> {
		return this.page.inputValue(selector);
	}
}
