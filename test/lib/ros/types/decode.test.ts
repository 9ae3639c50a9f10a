import { deepStrictEqual, strictEqual, throws } from 'node:assert/strict';
import fc from 'fast-check';
import { capturedMessages, hex, registry } from './fixtures';

const jointState = registry.message('sensor_msgs/JointState');
const string = registry.message('std_msgs/String');

describe('decode', () => {
	const refusals: [type: string, bytes: string, text: RegExp][] = [
		['std_msgs/String', '', /^std_msgs\/msg\/String: expected an encapsulation header of 4 bytes, got 0 bytes$/],
		['std_msgs/String', '000100', /got 3 bytes$/],
		['std_msgs/String', '00030000 00000000', /got 0x0003, which is a parameter list/],
		['std_msgs/String', '00070000 00000000', /got 0x0007, which is XCDR version 2 \(little-endian\)/],
		['std_msgs/String', 'abcd0000 00000000', /got 0xabcd, which is unknown/],
		['std_msgs/String', '00010000 0500', /^data: expected 4 bytes at byte 4, got the end of the message at byte 6$/],
		['std_msgs/String', '00010000 05000000 6161', /^data: expected 5 bytes at byte 8, got the end .* byte 10$/],
		['std_msgs/String', '00010000 ffffffff 6161', /^data: expected 4294967295 bytes at byte 8/],
		['std_msgs/String', '00010000 02000000 6161', /^data: expected the string to end in a zero at byte 9, got 97$/],
		['std_msgs/Bool', '00010000 02', /^data: expected 0 or 1 for a bool at byte 4, got 2$/],
		[
			'std_msgs/Int32',
			'00010000 01000000 00000000 00',
			/^std_msgs\/msg\/Int32: expected the message to end at byte 8, got 5 bytes more/,
		],
		['std_msgs/Empty', '00010000', /^std_msgs\/msg\/Empty: expected 1 byte at byte 4, got the end/],
		['example_interfaces/WString', '00010000 01000000 00000100', /^data: expected a UTF-16 unit at byte 8, got 65536$/],
	];

	it('refuses bytes that do not fit, and says where', () => {
		for (const [type, bytes, message] of refusals) {
			throws(() => registry.message(type).decode(hex(bytes)), { name: 'RangeError', message }, bytes);
		}
	});

	it('refuses what is no bytes', () => {
		throws(() => string.decode('hello' as unknown as Uint8Array), { name: 'TypeError', message: /got "hello"$/ });
	});

	it('names the path of the field', () => {
		const cdr = jointState.encode({ name: ['a', 'b'], position: [1, 2] });
		throws(() => jointState.decode(cdr.subarray(0, 34)), { name: 'RangeError', message: /^name\[1\]: .* at byte \d+/ });
		throws(() => jointState.decode(cdr.subarray(0, 9)), { name: 'RangeError', message: /^header\.stamp\.nanosec: / });
	});

	it('refuses every truncation of a message, and takes the whole', () => {
		for (const { type, cdr } of capturedMessages().filter((_, index) => index % 7 === 0)) {
			const { decode } = registry.message(type);
			decode(cdr);
			for (let length = 0; length < cdr.length; length++) {
				throws(() => decode(cdr.subarray(0, length)), { name: 'RangeError', message: /byte/ }, `${type} ${length}`);
			}
		}
	});

	it('does not allocate for counts that the bytes cannot hold', () => {
		const cases: [string, string][] = [
			['sensor_msgs/JointState', 'name'],
			['sensor_msgs/LaserScan', 'ranges'],
			['tf2_msgs/TFMessage', 'transforms'],
			['std_msgs/Int64MultiArray', 'data'],
			['lab_msgs/Corners', 'm'],
		];
		for (const [name, field] of cases) {
			const type = registry.message(name);
			const marker = name.startsWith('tf2') || name.includes('Corners') || field === 'name' ? undefined : field;
			const cdr = type.encode(marker ? { [marker]: [1] } : {});
			let refused = 0;
			for (let offset = 4; offset + 4 <= cdr.length; offset += 4) {
				for (const count of [0xffffffff, 0x7fffffff, 0x10000000, 0x00ffffff]) {
					const hostile = Buffer.from(cdr);
					hostile.writeUInt32LE(count, offset);
					const before = process.memoryUsage().arrayBuffers;
					try {
						type.decode(hostile);
					} catch (error) {
						strictEqual((error as Error).name, 'RangeError');
						refused++;
					}
					strictEqual(process.memoryUsage().arrayBuffers - before < 1 << 20, true, `${name} at ${offset}`);
				}
			}
			strictEqual(refused > 0, true, name);
		}
	});

	it('checks bounds', () => {
		const corners = registry.message('lab_msgs/Corners');
		const unbounded = corners.encode({ j: [1, 2, 3, 4] });
		deepStrictEqual(corners.decode(unbounded).j, Float32Array.of(1, 2, 3, 4));
		const at = unbounded.indexOf(hex('04000000 0000803f'));
		unbounded.writeUInt32LE(5, at);
		throws(() => corners.decode(unbounded), { name: 'RangeError', message: /^j: expected at most 4 elements at byte/ });
	});

	it('counts the characters of bounded wide strings', () => {
		const { decode, encode } = registry.message('lab_msgs/Wide');
		const robots = hex('00010000 04000000 3ed80000 16dd0000 3ed80000 16dd0000');
		deepStrictEqual(decode(robots), { text: '🤖🤖' });
		throws(() => decode(hex('00010000 03000000 410000004200000043000000')), {
			name: 'RangeError',
			message: 'text: expected a text of at most 2 characters at byte 8, got 3',
		});
		throws(
			() => decode(Buffer.concat([hex('00010000 05000000'), Buffer.alloc(20)])),
			/^RangeError: text: .* at byte 4/,
		);
		throws(() => encode({ text: '🤖🤖' }), /at most 2 UTF-16 units, got 4$/);
	});

	it('throws RangeErrors only, whatever the bytes are', () => {
		const captured = capturedMessages();
		const property = fc.property(
			fc.nat(captured.length - 1),
			fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 }),
			fc.nat(),
			(index, changes, cut) => {
				const { type, cdr } = captured[index]!;
				const bytes = Buffer.from(cdr);
				for (const [offset, value] of changes) bytes[4 + (offset % (bytes.length - 4))] = value;
				const hostile = cut % 3 === 0 ? bytes.subarray(0, cut % bytes.length) : bytes;
				try {
					registry.message(type).decode(hostile);
				} catch (error) {
					if ((error as Error).name !== 'RangeError' || !/byte/.test((error as Error).message)) throw error;
				}
			},
		);
		fc.assert(property, { seed: 20260717, numRuns: 3000 });
	});

	it('gives each message texts and numbers of its own, also when the last one had the same', () => {
		const position = Float64Array.from({ length: 20 }, (_, i) => i);
		const cdr = jointState.encode({ name: ['a', 'b'], position, velocity: position, effort: [1, 2, 3] });
		const names = (message: unknown) => (message as { name: string[] }).name;
		const numbers = (message: unknown) => message as Record<'position' | 'velocity' | 'effort', Float64Array>;
		const [one, two] = [jointState.decode(cdr), jointState.decode(cdr)];
		names(one)[0] = 'changed';
		numbers(one).position.fill(7);
		cdr.fill(9, 40);
		deepStrictEqual(names(two), ['a', 'b']);
		deepStrictEqual(numbers(two).position, position);
		deepStrictEqual(numbers(one).velocity, position);
		deepStrictEqual(numbers(one).effort, Float64Array.of(1, 2, 3));
	});

	it('reads texts anew as soon as anything about them differs', () => {
		const texts = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é', '世'), maxLength: 6 }), { maxLength: 3 });
		// What comes before the names moves them; few different ones, so that many follow their like.
		const message = fc.record({ frame: fc.constantFrom('', 'a', 'ab', 'abc', 'abcd'), name: texts });
		fc.assert(
			fc.property(
				fc.array(message, { minLength: 2, maxLength: 2 }),
				fc.array(fc.nat(1), { maxLength: 8 }),
				(two, order) => {
					const cdrs = two.map(({ frame, name }) => jointState.encode({ header: { frame_id: frame }, name }));
					for (const i of order) deepStrictEqual(jointState.decode(cdrs[i] as Uint8Array).name, two[i]?.name);
				},
			),
		);
		// The same bytes in the other byte order are other lengths, and those that are cut off are not there.
		const list = registry.message('rcl_interfaces/ListParametersResult');
		const cdr = list.encode({ names: ['a', 'b'] });
		deepStrictEqual(list.decode(cdr).names, ['a', 'b']);
		const swapped = Uint8Array.from(cdr);
		swapped[1] = 0;
		throws(() => list.decode(swapped), { name: 'RangeError', message: /^names: / });
		throws(() => list.decode(cdr.subarray(0, 20)), { name: 'RangeError', message: /^names\[1\]/ });
	});

	it('takes what it decodes back to the same bytes', () => {
		for (const { type, cdr } of capturedMessages()) {
			const { decode, encode } = registry.message(type);
			strictEqual(encode(decode(cdr)).toString('hex'), cdr.toString('hex'), type);
		}
	});
});
