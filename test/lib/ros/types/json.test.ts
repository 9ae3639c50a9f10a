import { deepStrictEqual, strictEqual } from 'node:assert/strict';
import { messageToJson } from '../../../../lib/ros/types/json';
import { capturedMessages, registry } from './fixtures';

describe('messageToJson', () => {
	it('gives a skeleton of a new message', () => {
		deepStrictEqual(messageToJson(registry.message('lab_msgs/Corners').create()), {
			a: 0,
			b: 0,
			c: false,
			d: 0,
			e: '',
			f: [],
			g: [0, 0, 0],
			h: '0',
			i: [],
			j: [],
			k: 0,
			l: ['0', '0'],
			m: [],
			parts: [],
			pair: [
				{ tag: 0, value: 0, name: '' },
				{ tag: 0, value: 0, name: '' },
			],
			short: '',
			bytes: [],
			last: 0,
		});
	});

	it('loses nothing on the way through JSON', () => {
		for (const { type, cdr } of capturedMessages()) {
			const { decode, encode } = registry.message(type);
			const text = JSON.stringify(messageToJson(decode(cdr)));
			strictEqual(encode(JSON.parse(text)).toString('hex'), cdr.toString('hex'), type);
		}
	});
});
