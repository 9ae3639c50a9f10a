import type { Submessage } from './parser';

/** Fragments that one sample may have: 64 MB in the smallest fragments that stacks send. */
const maxFragments = 1 << 18;

/** Bytes that all samples in the making may take together, so that forged fragments cannot exhaust memory. */
export class ReassemblyBudget {
	#used = 0;

	constructor(
		/** Bytes of one sample. */
		readonly maxSample: number,
		/** Bytes of all. */
		readonly total: number,
	) {}

	take(bytes: number): boolean {
		if (bytes > this.maxSample || this.#used + bytes > this.total) return false;
		this.#used += bytes;
		return true;
	}

	give(bytes: number): void {
		this.#used -= bytes;
	}

	/** Bytes in use. */
	get used(): number {
		return this.#used;
	}
}

/** A sample that comes in fragments, each copied once, straight to where it stays. */
export class Reassembly {
	readonly bytes: Uint8Array;
	readonly fragments: number;
	/** Bytes of each fragment but the last. */
	readonly fragmentSize: number;
	/** Highest fragment that the writer is known to have sent, counted from 1. */
	announced = 0;
	/** Related sample identity from the inline QoS, copied, or undefined. */
	related: { readonly guid: Uint8Array; readonly sequenceNumber: number } | undefined;
	timestampSeconds = 0;
	timestampFraction = 0;
	readonly #sampleSize: number;
	readonly #received: Uint32Array;
	#missing: number;

	private constructor(sampleSize: number, fragmentSize: number) {
		// Not zeroed: nobody sees it before every byte has been written. Not from the pool: it is handed over.
		this.bytes = Buffer.allocUnsafeSlow(sampleSize);
		this.#sampleSize = sampleSize;
		this.fragmentSize = fragmentSize;
		this.fragments = Math.ceil(sampleSize / fragmentSize);
		this.#missing = this.fragments;
		this.#received = new Uint32Array((this.fragments + 31) >>> 5);
	}

	/** Begins with the size of the sample in `submessage`, or undefined when that is more than is allowed. */
	static begin({ sampleSize, fragmentSize }: Submessage, budget: ReassemblyBudget): Reassembly | undefined {
		if (Math.ceil(sampleSize / fragmentSize) > maxFragments || !budget.take(sampleSize)) return undefined;
		return new Reassembly(sampleSize, fragmentSize);
	}

	get size(): number {
		return this.#sampleSize;
	}

	/** Fragments that have not come. */
	get missing(): number {
		return this.#missing;
	}

	get isComplete(): boolean {
		return this.#missing === 0;
	}

	has(fragment: number): boolean {
		const i = fragment - 1;
		return (this.#received[i >>> 5]! & (1 << (i & 31))) !== 0;
	}

	/** Takes the fragments of one DATA_FRAG, whose bounds the parser has checked. False when it is of another sample. */
	add(submessage: Submessage, data: Uint8Array): boolean {
		const { fragment, fragmentCount, sampleSize, fragmentSize, payloadStart } = submessage;
		if (sampleSize !== this.#sampleSize || fragmentSize !== this.fragmentSize) return false;
		let fresh = 0;
		for (let i = fragment - 1; i < fragment - 1 + fragmentCount; i++) {
			const bit = 1 << (i & 31);
			if ((this.#received[i >>> 5]! & bit) !== 0) continue;
			this.#received[i >>> 5]! |= bit;
			fresh++;
		}
		this.announced = Math.max(this.announced, fragment + fragmentCount - 1);
		if (fresh === 0) return true;
		this.#missing -= fresh;
		const target = (fragment - 1) * fragmentSize;
		const length = Math.min(sampleSize - target, fragmentCount * fragmentSize);
		this.bytes.set(data.subarray(payloadStart, payloadStart + length), target);
		return true;
	}
}
