import { deepStrictEqual, ok, strictEqual, throws } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';
import { asDecoded, fixtures, hashOf, hex } from './fixtures';

/** What make_rclpy.py wrote; what its fields mean is said there. */
interface Fixture {
	readonly hashes: Record<string, string>;
	readonly types: {
		readonly type: string;
		readonly constants?: Record<string, unknown>;
		readonly messages: { cdr: string; message: Record<string, unknown>; silent?: number; more?: number }[];
	}[];
}

const text = readFileSync(join(fixtures, 'rclpy.json'), 'utf8');
const fixture: Fixture = JSON.parse(text);
const registry = createTypeRegistry({ folders: [join(fixtures, 'installed')] });

const messages = fixture.types.flatMap(({ type, messages }) =>
	messages.map(({ cdr, message, silent = 0, more = 0 }, index) => ({
		label: `${type} ${index}`,
		type: registry.message(type),
		cdr: Buffer.from(cdr, 'base64'),
		json: JSON.stringify(message),
		/** In the form that decode gives. */
		message: asDecoded(registry.message(type).definition, message, registry),
		silent,
		more,
	})),
);

/** The same message in the other form that encode takes: plain arrays, and decimal strings for 64-bit integers. */
function withoutTypedArrays(value: unknown): unknown {
	if (typeof value === 'bigint') return String(value);
	if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, withoutTypedArrays);
	if (Array.isArray(value)) return value.map(withoutTypedArrays);
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutTypedArrays(item)]));
}

/**
 * Where a byte of the body can be another one without the message being another one. The highest bit is turned: it
 * makes a length too long, a text another one, and a bool none.
 */
function silentBytes({ type, cdr, message }: (typeof messages)[number]): number[] {
	return [...cdr.keys()].slice(4).filter((offset) => {
		const changed = Buffer.from(cdr);
		changed[offset]! ^= 0x80;
		try {
			return isDeepStrictEqual(type.decode(changed), message);
		} catch {
			return false;
		}
	});
}

describe('messages that rclpy serialized', () => {
	it('are of all types that a ROS 2 has, with all that types can have', () => {
		strictEqual(fixture.types.length, 357);
		strictEqual(messages.length, 1034);
		for (const value of [
			'"NaN"',
			'"-Infinity"',
			':-0.0,',
			'"-9223372036854775808"',
			'"18446744073709551615"',
			'🤖',
			'[]',
		]) {
			ok(text.includes(value), value);
		}
		ok(messages.some(({ cdr }) => cdr.length > 8192));
	});

	it('decode to what rclpy was given', () => {
		for (const { label, type, cdr, message } of messages) deepStrictEqual(type.decode(cdr), message, label);
	});

	it('are, byte by byte, what encode makes of it', () => {
		for (const { label, type, cdr, message } of messages) {
			strictEqual(type.encode(message).toString('hex'), cdr.toString('hex'), label);
			strictEqual(type.encode(withoutTypedArrays(message)).toString('hex'), cdr.toString('hex'), label);
			strictEqual(type.encode(type.decode(cdr)).toString('hex'), cdr.toString('hex'), label);
			strictEqual(type.measure(cdr), cdr.length, label);
		}
	});

	it('have the same defaults and constants', () => {
		for (const { label, type, message } of messages.filter((item) => item.label.endsWith(' 0'))) {
			deepStrictEqual(type.create(), message, label);
		}
		const defined = fixture.types.filter(({ constants }) => constants !== undefined);
		ok(defined.length >= 30);
		for (const { type, constants } of fixture.types) {
			const ours = Object.entries(registry.message(type).constants).map(([name, value]) => [
				name,
				typeof value === 'bigint' ? Number(value) : value,
			]);
			deepStrictEqual(Object.fromEntries(ours), constants ?? {}, type);
		}
	});

	it('have the same type hashes', () => {
		ok(Object.keys(fixture.hashes).length >= 70);
		for (const [name, hash] of Object.entries(fixture.hashes)) strictEqual(hashOf(registry, name), hash, name);
	});

	// A NaN is the same with other bits.
	const small = messages.filter(({ cdr, json }) => cdr.length <= 200 && !json.includes('"NaN"'));

	it('are others with any byte changed that is not padding', () => {
		ok(small.length > 500, `${small.length}`);
		for (const item of small) strictEqual(silentBytes(item).length, item.silent, item.label);
	});

	it('decode as Fast DDS lays them out, with anything in its padding and behind the end', () => {
		ok(messages.some(({ more }) => more >= 8));
		for (const { label, type, cdr, message, more } of messages) {
			deepStrictEqual(type.decode(Buffer.concat([cdr, Buffer.alloc(more, 0xaa)])), message, label);
		}
		for (const item of small) {
			const bytes = Buffer.from(item.cdr);
			for (const offset of silentBytes(item)) bytes[offset] = 0xaa;
			deepStrictEqual(item.type.decode(bytes), item.message, item.label);
		}
	});

	it('are refused with more behind the end than Fast DDS may count', () => {
		const type = registry.message('std_msgs/Float64MultiArray');
		const full = type.encode({ data: [1] });
		throws(() => type.decode(Buffer.concat([full, Buffer.alloc(4)])), /got 4 bytes more/);
		const empty = type.encode({});
		type.decode(Buffer.concat([empty, Buffer.alloc(11)]));
		throws(() => type.decode(Buffer.concat([empty, Buffer.alloc(12)])), /got 12 bytes more/);
		const wide = registry.message('test_msgs/WStrings');
		const texts = wide.encode({ array_of_wstrings: ['a', 'b', 'c'] });
		// Twice: the second time the texts are those read last.
		for (const more of [4 + 7 * 8, 4 + 7 * 8]) {
			wide.decode(Buffer.concat([texts, Buffer.alloc(more - 1)]));
			throws(() => wide.decode(Buffer.concat([texts, Buffer.alloc(more)])), /bytes more/);
		}
	});

	// The one thing in which our codec and rclpy differ: it counts characters where XTypes counts bytes, and its peers
	// read what it sends. So do we, but we send what those read that hold to the specification.
	it('may have bounded texts of more bytes than their bound, which encode refuses', () => {
		const type = registry.message('test_msgs/Strings');
		const value = 'é'.repeat(22);
		const fits = type.encode({ bounded_string_value: 'x'.repeat(22) });
		const at = fits.indexOf(hex('17000000 7878'));
		const withText = (text: string) => {
			const size = Buffer.byteLength(text) + 1;
			const body = Buffer.alloc(4 + size + (-size & 3));
			body.writeUInt32LE(size);
			body.write(text, 4);
			return Buffer.concat([fits.subarray(0, at), body, fits.subarray(at + 4 + 24)]);
		};
		deepStrictEqual(withText('x'.repeat(22)), fits);
		const cdr = withText(value);
		strictEqual(type.decode(cdr).bounded_string_value, value);
		throws(() => type.decode(withText(`${value}é`)), /^RangeError: bounded_string_value: .* 22 characters .* got 23$/);
		throws(() => type.decode(withText('x'.repeat(23))), /at most 22 characters at byte \d+, got 23$/);
		throws(() => type.decode(withText('x'.repeat(89))), /at most 22 characters at byte \d+, got 89 bytes$/);
		throws(() => type.encode({ bounded_string_value: value }), /at most 22 bytes of text, got 44$/);
	});
});
