import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { asDecoded, capturedMessages, hex, registry } from './fixtures';

describe('CDR bytes', () => {
	it('are those that another implementation writes', () => {
		const captured = capturedMessages();
		strictEqual(captured.length >= 100, true);
		for (const { type, message, cdr } of captured) {
			strictEqual(registry.message(type).encode(message).toString('hex'), cdr.toString('hex'), type);
		}
	});

	it('of another implementation decode to what it was given', () => {
		for (const { type, message, cdr } of capturedMessages()) {
			const { definition, decode } = registry.message(type);
			deepStrictEqual(decode(cdr), asDecoded(definition, message), type);
		}
	});

	it('align from the end of the header, and not before an empty array', () => {
		const bytes = registry.message('lab_msgs/Corners').encode({ a: 1, b: 1, c: true, d: -2, e: 'ab', h: -1, k: 7 });
		const expected = hex(`
			00010000
			01 00000000000000 000000000000f03f
			01 00 feff
			03000000 616200 00
			00000000
			000000
			0000000000 ffffffffffffffff
			00000000
			00000000
			07 00000000000000 0000000000000000 0000000000000000
			00000000
			00000000
			00 00000000000000 0000000000000000 01000000 00
			00 0000 0000000000000000 01000000 00
			000000 01000000 00
			000000 00000000
			00000000`);
		strictEqual(bytes.toString('hex'), expected.toString('hex'));
	});

	it('of big-endian senders are read, short arrays and long ones', () => {
		const type = registry.message('sensor_msgs/JointState');
		const bigEndian = hex(`
			00000000
			00000001 00000002
			00000005 62617365 00 000000
			00000001 00000003 6a3100 00
			00000001 00000000 3ff8000000000000
			00000000
			00000001 0000000000000000`);
		deepStrictEqual(type.decode(bigEndian), {
			header: { stamp: { sec: 1, nanosec: 2 }, frame_id: 'base' },
			name: ['j1'],
			position: Float64Array.of(1.5),
			velocity: new Float64Array(0),
			effort: Float64Array.of(0),
		});
		const values = Float64Array.from({ length: 40 }, (_, index) => index / 3);
		const body = Buffer.alloc(4 + 12 + 4 + values.length * 8);
		body.writeUInt32BE(values.length, 12);
		for (const [index, value] of values.entries()) body.writeDoubleBE(value, 20 + index * 8);
		deepStrictEqual(registry.message('std_msgs/Float64MultiArray').decode(body).data, values);
	});

	it('of texts count UTF-8 bytes and end in a zero', () => {
		const type = registry.message('std_msgs/String');
		for (const [data, bytes] of [
			['', '01000000 00'],
			['Ünï', '06000000 c39c6ec3af 00'],
			['関🤖', '08000000 e996a2 f09fa496 00'],
			['x'.repeat(40), `29000000 ${'78'.repeat(40)} 00`],
			[`${'x'.repeat(40)}é`, `2b000000 ${'78'.repeat(40)} c3a9 00`],
		] as const) {
			strictEqual(type.encode({ data }).toString('hex'), hex(`00010000 ${bytes}`).toString('hex'));
			deepStrictEqual(type.decode(hex(`00010000 ${bytes}`)), { data });
		}
		deepStrictEqual(type.decode(hex('00010000 03000000 61ff 00')), { data: 'a\ufffd' }, 'not UTF-8');
	});

	it('of wide strings have 4 bytes a unit and no terminator', () => {
		const type = registry.message('example_interfaces/msg/WString');
		const bytes = hex('00010000 04000000 48000000 f6000000 3dd80000 16de0000');
		strictEqual(type.encode({ data: 'Hö😖' }).toString('hex'), bytes.toString('hex'));
		deepStrictEqual(type.decode(bytes), { data: 'Hö😖' });
	});

	it('of an empty structure are one zero byte', () => {
		const type = registry.message('std_msgs/Empty');
		strictEqual(type.encode({}).toString('hex'), '0001000000');
		deepStrictEqual(type.decode(hex('0001000000')), {});
		deepStrictEqual(type.decode(hex('00010003 00 000000')), {}, 'padded by the transport');
	});

	it('of an empty string may lack the terminator', () => {
		deepStrictEqual(registry.message('std_msgs/String').decode(hex('00010000 00000000')), { data: '' });
	});

	it('of bytes are views on the message, those of other numbers copies', () => {
		const image = registry.message('sensor_msgs/Image');
		const cdr = image.encode({ data: [1, 2, 3] });
		const decoded = image.decode(cdr).data as Buffer;
		strictEqual(Buffer.isBuffer(decoded), true);
		strictEqual(decoded.buffer, cdr.buffer);
		const scan = registry.message('sensor_msgs/LaserScan');
		const scanCdr = scan.encode({ ranges: new Float32Array(100) });
		strictEqual((scan.decode(scanCdr).ranges as Float32Array).buffer === scanCdr.buffer, false);
	});

	it('may lie anywhere in memory', () => {
		const { type, cdr, message } = capturedMessages().find((item) => item.type === 'sensor_msgs/LaserScan')!;
		for (let shift = 0; shift < 8; shift++) {
			const memory = Buffer.alloc(cdr.length + 16, 0xff);
			cdr.copy(memory, shift);
			const { definition, decode } = registry.message(type);
			const bytes = new Uint8Array(memory.buffer, memory.byteOffset + shift, cdr.length);
			deepStrictEqual(decode(bytes), asDecoded(definition, message));
		}
	});
});
