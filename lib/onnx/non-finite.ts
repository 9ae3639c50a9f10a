import type { TensorData, TensorType } from '../tensor/tensor';

/** Index of the first NaN or infinite element, or -1. Integers, booleans and strings have none. */
export function findNonFinite(type: TensorType, data: TensorData): number {
	if (type === 'float32' || type === 'float64') {
		const numbers = data as Float32Array | Float64Array;
		for (let i = 0; i < numbers.length; i++) {
			// 0 times a finite number is 0; times NaN or an infinity it is NaN.
			if ((numbers[i] as number) * 0 !== 0) return i;
		}
	} else if (type === 'float16') {
		const bits = data as Uint16Array;
		for (let i = 0; i < bits.length; i++) {
			if (((bits[i] as number) & exponentBits) === exponentBits) return i;
		}
	}
	return -1;
}

/** Of an IEEE 754 binary16 number; all of them set mean Inf, or NaN when any of the bits below is set. */
const exponentBits = 0x7c00;

/** What a non-finite element is: `NaN`, `Infinity` or `-Infinity`. */
export function nonFiniteName(type: TensorType, data: TensorData, index: number): string {
	if (type !== 'float16') return String(data[index]);
	const bits = (data as Uint16Array)[index] as number;
	if ((bits & 0x3ff) !== 0) return 'NaN';
	return bits & 0x8000 ? '-Infinity' : 'Infinity';
}
