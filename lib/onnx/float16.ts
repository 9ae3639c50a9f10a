const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bits of the binary16 number nearest to `value`, ties to even (IEEE 754). */
export function toFloat16(value: number): number {
	float[0] = value;
	const single = bits[0] as number;
	const sign = (single >>> 16) & 0x8000;
	const exponent = (single >>> 23) & 0xff;
	const fraction = single & 0x7fffff;
	if (exponent === 0xff) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
	const rebased = exponent - 127 + 15;
	if (rebased >= 0x1f) return sign | 0x7c00;
	if (rebased <= 0) {
		// A subnormal, or too small for even that.
		if (rebased < -10) return sign;
		return sign | roundShift(fraction | 0x800000, 14 - rebased);
	}
	// A fraction that rounds up to the next power of two carries into the exponent, as it should.
	return sign | ((rebased << 10) + roundShift(fraction, 13));
}

/** value / 2^shift, rounded to the nearest, ties to even. */
function roundShift(value: number, shift: number): number {
	const quotient = value >>> shift;
	const rest = value & ((1 << shift) - 1);
	const half = 1 << (shift - 1);
	return rest > half || (rest === half && (quotient & 1) === 1) ? quotient + 1 : quotient;
}
