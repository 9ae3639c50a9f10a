import { show } from '../check';
import { isBigType, type TensorType } from '../tensor/tensor';
import type { Block, MutableBlock } from './step';

/** The smallest and largest whole number of each integer type that JavaScript numbers hold. */
const integerRanges: Partial<Record<TensorType, readonly [min: number, max: number]>> = {
	int8: [-128, 127],
	uint8: [0, 255],
	int16: [-32768, 32767],
	uint16: [0, 65535],
	int32: [-2147483648, 2147483647],
	uint32: [0, 4294967295],
};

const bigRanges = {
	int64: [-(2n ** 63n), 2n ** 63n - 1n],
	uint64: [0n, 2n ** 64n - 1n],
} as const;

/**
 * Converts `count` elements of `from`, beginning at `start`, to the type of `to`, beginning at `at`. Whole numbers drop
 * the fraction; bool is 1 where not zero.
 * @throws RangeError for a value that the type cannot hold: out of range, or NaN for whole numbers. TypeError for
 * strings.
 */
export function convert(from: Block, start: number, to: MutableBlock, at: number, count: number): void {
	if (from.type === 'string' || to.type === 'string') {
		throw new TypeError(`Expected a tensor of numbers, got ${from.type === 'string' ? 'strings' : from.type}`);
	}
	const isHalf = from.type === 'float16';
	const source = from.data;
	const target = to.data;
	if (!isHalf && (to.type === 'float32' || to.type === 'float64') && !isBigType(from.type)) {
		for (let i = 0; i < count; i++) target[at + i] = source[start + i] as never;
		return;
	}
	for (let i = 0; i < count; i++) {
		const raw = source[start + i] as number | bigint;
		target[at + i] = element(isHalf ? halfToNumber(raw as number) : raw, to.type, start + i) as never;
	}
}

function element(value: number | bigint, type: TensorType, index: number): number | bigint {
	if (type === 'bool') return value ? 1 : 0;
	if (type === 'float32' || type === 'float64') return Number(value);
	if (type === 'float16') return numberToHalf(Number(value));
	const wrong = () => new RangeError(`Expected element ${index} to fit ${type}, got ${show(value)}`);
	if (isBigType(type)) {
		if (typeof value === 'number' && !Number.isFinite(value)) throw wrong();
		const big = typeof value === 'bigint' ? value : BigInt(Math.trunc(value));
		const [min, max] = bigRanges[type];
		if (big < min || big > max) throw wrong();
		return big;
	}
	const whole = Math.trunc(Number(value));
	const range = integerRanges[type];
	if (range === undefined || !(whole >= range[0] && whole <= range[1])) throw wrong();
	return whole;
}

const floatView = new Float32Array(1);
const bitView = new Uint32Array(floatView.buffer);

/** The number that 16 bits of IEEE 754 binary16 stand for. */
export function halfToNumber(half: number): number {
	const sign = half & 0x8000 ? -1 : 1;
	const exponent = (half >> 10) & 0x1f;
	const fraction = half & 0x3ff;
	if (exponent === 0) return sign * fraction * 2 ** -24;
	if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
	return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The nearest binary16 of a number, ties to even; beyond 65504 infinite, as in NumPy. */
export function numberToHalf(value: number): number {
	const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
	if (Number.isNaN(value)) return 0x7e00;
	const size = Math.abs(value);
	if (size >= 65520) return sign | 0x7c00;
	if (size < 2 ** -14) return sign | roundEven(size * 2 ** 24);
	floatView[0] = size;
	// The exponent of the float32 may be one too high where it was rounded up to a power of two.
	let exponent = ((bitView[0] as number) >>> 23) - 127;
	if (2 ** exponent > size) exponent--;
	// A fraction that rounds up to 1024 carries into the exponent, as it should.
	return sign | (((exponent + 15) << 10) + roundEven((size / 2 ** exponent - 1) * 1024));
}

function roundEven(value: number): number {
	const below = Math.floor(value);
	const rest = value - below;
	return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}
