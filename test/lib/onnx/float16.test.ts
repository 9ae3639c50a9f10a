import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { toFloat16 } from '../../../lib/onnx/float16';

/** The number that the bits mean, by the definition of IEEE 754 binary16. */
function fromFloat16(bits: number): number {
	const sign = bits & 0x8000 ? -1 : 1;
	const exponent = (bits >> 10) & 0x1f;
	const fraction = bits & 0x3ff;
	if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
	if (exponent === 0) return sign * fraction * 2 ** -24;
	return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

describe('toFloat16', () => {
	it('gives every binary16 number back', () => {
		for (let bits = 0; bits < 0x10000; bits++) {
			const value = fromFloat16(bits);
			if (Number.isNaN(value)) assert.ok(Number.isNaN(fromFloat16(toFloat16(value))));
			else assert.equal(toFloat16(value), bits, `0x${bits.toString(16)}`);
		}
	});

	it('rounds what lies between to the nearest, ties to even', () => {
		for (let bits = 0; bits < 0x7bff; bits++) {
			const low = fromFloat16(bits);
			const high = fromFloat16(bits + 1);
			const middle = (low + high) / 2;
			assert.equal(toFloat16(middle), bits % 2 === 0 ? bits : bits + 1, `tie above 0x${bits.toString(16)}`);
			assert.equal(toFloat16(low + (high - low) * 0.25), bits);
			assert.equal(toFloat16(low + (high - low) * 0.75), bits + 1);
		}
	});

	it('overflows to infinity from 65520 on', () => {
		assert.equal(toFloat16(65519), 0x7bff);
		assert.equal(toFloat16(65520), 0x7c00);
		assert.equal(toFloat16(-1e30), 0xfc00);
	});
});
