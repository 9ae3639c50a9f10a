import { describe } from './elements';
import type { Block } from './step';

/**
 * Guards a step that remembers: what comes in has to keep its type and dimensions until the next reset.
 */
export class SameShape {
	#type = '';
	#dims: readonly number[] | undefined;

	/**
	 * Whether this is the first value since the last reset.
	 * @throws RangeError when the type or the dimensions changed.
	 */
	isFirst(block: Block): boolean {
		const dims = this.#dims;
		if (dims === undefined) {
			this.#dims = block.dims.slice();
			this.#type = block.type;
			return true;
		}
		let isSame = block.type === this.#type && block.dims.length === dims.length;
		for (let i = 0; isSame && i < dims.length; i++) isSame = block.dims[i] === dims[i];
		if (!isSame) {
			throw new RangeError(
				`Expected ${this.#type}[${dims.join(', ')}] as before, got ${describe(block)}; send msg.reset when it is to change`,
			);
		}
		return false;
	}

	reset(): void {
		this.#dims = undefined;
	}
}
