import type { Node } from 'node-red';
import type { ParameterDeclaration } from '../../lib/ros/parameters/description';
import { checkValue, type ParameterValue } from '../../lib/ros/parameters/value';

/** The part of Node-RED's context that is used, with callbacks, since a store may be on a disk. */
export interface ContextStore {
	get(key: string, callback: (error: Error | null | undefined, value: unknown) => void): void;
	set(key: string, value: unknown, callback: (error?: Error | null) => void): void;
}

/** Values of parameters in the context of a flow or of all flows, each under its own name. */
export class ContextValues {
	constructor(private readonly store: ContextStore) {}

	static of(node: Node, where: 'flow' | 'global'): ContextValues {
		return new ContextValues(node.context()[where] as unknown as ContextStore);
	}

	get(name: string): Promise<unknown> {
		return new Promise((resolve, reject) => {
			this.store.get(name, (error, value) => (error ? reject(error) : resolve(value)));
		});
	}

	async set(values: Readonly<Record<string, ParameterValue>>): Promise<void> {
		for (const [name, value] of Object.entries(values)) {
			// A store on a disk keeps JSON, in which a Buffer would come back as something else.
			const kept = Buffer.isBuffer(value) ? Array.from(value) : value;
			await new Promise<void>((resolve, reject) => {
				this.store.set(name, kept, (error) => (error ? reject(error) : resolve()));
			});
		}
	}

	/**
	 * Gives parameters their first values where there are none from before.
	 * @param replaced hears of values from before that do not fit
	 */
	async begin(declarations: readonly ParameterDeclaration[], replaced: (error: Error) => void): Promise<void> {
		for (const { name, type, value } of declarations) {
			const stored = await this.get(name);
			try {
				if (stored !== undefined) {
					checkValue(name, type, stored);
					continue;
				}
			} catch (error) {
				replaced(error as Error);
			}
			await this.set({ [name]: value });
		}
	}
}
