import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { Demo, type Flow } from '../demo';
import { openBrowser } from './browser';
import { Editor } from './editor';

const root = join(__dirname, '..', '..', '..');
const drive = JSON.parse(
	readFileSync(join(root, 'examples', '06 - Drive within limits, and stop.json'), 'utf8'),
) as Flow;

describe('the gate, the synchronizer and the probe in a browser', function () {
	this.timeout(60_000);
	// Mouse and keyboard of a machine under load: what fails is tried once more.
	this.retries(1);
	let browser: Browser | undefined;
	let demo: Demo;
	let editor: Editor;

	before(async function () {
		browser = await openBrowser(this);
		demo = await Demo.start('06', drive, { ROS_DOMAIN_ID: '105' });
		editor = await Editor.open(browser, demo.url, 'drive-limiter');
		// Not on the tab of the sidebar that covers a part of the flow.
		await editor.page.setViewportSize({ width: 1700, height: 1000 });
	});

	after(async () => {
		await browser?.close();
		await demo?.stop();
	});

	afterEach(async function () {
		assert.deepEqual((await editor?.finish(this.currentTest?.isPassed() === true)) ?? [], []);
	});

	const button = (id: string) => editor.page.locator(`[id="${id}"] .red-ui-flow-node-button-button`);
	const status = (id: string) => editor.page.locator(`[id="${id}"] .red-ui-flow-node-status-label`);
	const shows = (id: string, pattern: RegExp) =>
		demo.until(`${id} shows ${pattern}`, async () => pattern.test((await status(id).textContent()) ?? ''));

	it('stops the robot at the press of a button, and releases it only after a question', async () => {
		const { page } = editor;
		// A try before this one may have left it stopped.
		await demo.post('/inject/drive-reset', {});
		await button('drive-forward').click({ force: true });
		await shows('drive-limiter', /sent/);
		await button('drive-limiter').click({ force: true });
		await shows('drive-limiter', /STOPPED/);
		/** Presses the button of the stopped node, and answers. The question is gone only after it has slid away. */
		const answer = async (text: string) => {
			await button('drive-limiter').click({ force: true });
			const answered = page.locator('.red-ui-notification button', { hasText: text });
			await answered.click();
			await answered.waitFor({ state: 'detached' });
		};
		await answer('Stay stopped');
		await shows('drive-limiter', /STOPPED/);
		await answer('Release');
		await shows('drive-limiter', /sent/);
	});

	it('shows the limits in rows that fit their list, and keeps what is added', async () => {
		const { page } = editor;
		await editor.edit('drive-limiter');
		const rows = page.locator('#node-input-fields-list li');
		assert.equal(await rows.count(), 2);
		const list = await page.locator('.red-ui-tray-body .red-ui-editableList-border').boundingBox();
		const last = await rows.last().boundingBox();
		assert.ok(list && last && last.y + last.height <= list.y + list.height + 2, 'no row is outside of its list');
		await page.selectOption('#node-input-fields-kind', 'geometry_msgs/msg/TwistStamped');
		assert.equal(await rows.count(), 8);
		await rows.nth(2).locator('input[name="max"]').fill('0.7');
		await rows.nth(2).locator('input[name="max"]').blur();
		const saved = JSON.parse(await editor.value('#node-input-fields')) as Record<string, string>[];
		assert.deepEqual(saved[2], { path: 'twist.linear.x', max: '0.7' });
		await editor.close('cancel');
		assert.equal(await editor.changed('drive-limiter'), false);
	});

	it('asks of message-sync only what its policy takes', async () => {
		const { page } = editor;
		await editor.edit('drive-sync');
		const visible = () =>
			page
				.locator('[id^="node-input-"]:visible')
				.evaluateAll((inputs) => inputs.map(({ id }) => id.replace('node-input-', '')));
		const always = ['name', 'topics', 'policy', 'jump', 'allowHeaderless'];
		for (const [policy, more] of Object.entries({
			approximate: ['slop', 'queueSize'],
			adaptive: ['queueSize', 'agePenalty', 'maxInterval'],
			exact: ['queueSize'],
			latest: ['maxAge'],
		})) {
			await page.selectOption('#node-input-policy', policy);
			assert.deepEqual(new Set(await visible()), new Set([...always, ...more]), policy);
		}
		await editor.close('cancel');
	});

	it('opens the chart of a probe, which shows the path, its stages and a line that grows', async () => {
		const { page } = editor;
		const [chart] = await Promise.all([page.waitForEvent('popup'), button('drive-probe').click({ force: true })]);
		const errors: string[] = [];
		chart.on('pageerror', (error) => errors.push(String(error)));
		await chart.waitForSelector('#state[data-state="live"]');
		await chart.waitForFunction(() => document.querySelectorAll('#rows tr').length === 3);
		assert.deepEqual(await chart.locator('#rows th').allTextContents(), [
			'the whole path',
			'rate-limiter',
			'elsewhere',
		]);
		assert.match((await chart.textContent('#summary')) ?? '', /Hz · \d+ messages/);
		assert.equal(await chart.title(), 'drive path - latency-probe');
		/** How much of the picture is drawn in the colour of the mean. */
		const drawn = () =>
			chart.locator('canvas').evaluate((element) => {
				const canvas = element as HTMLCanvasElement;
				const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
				const mean = getComputedStyle(document.documentElement).getPropertyValue('--mean').trim();
				const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(mean.slice(at, at + 2), 16));
				let count = 0;
				for (let i = 0; i < data.length; i += 4) {
					if (data[i] === r && data[i + 1] === g && data[i + 2] === b && data[i + 3] === 255) count++;
				}
				return count;
			});
		const first = await drawn();
		await demo.until('the line grows', async () => (await drawn()) > first);
		await chart.close();
		assert.deepEqual(errors, []);
	});
});
