import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { readJsonArrays, readNpz } from '../../../lib/tensor/arrays';
import { parseNpy } from '../../../lib/tensor/npy';
import { zipEntries } from '../../../lib/tensor/zip';

const folder = join(__dirname, '..', '..', '..', '..', 'test', 'fixtures', 'transform');
const read = (name: string) => readFileSync(join(folder, name));
const inflate = (data: Uint8Array, size: number) => inflateRawSync(data, { maxOutputLength: Math.max(1, size) });
const expected = JSON.parse(read('arrays.json').toString()) as Record<string, { dims: number[]; data: unknown[] }>;

describe('arrays of NumPy', () => {
	for (const file of ['stored.npz', 'deflated.npz']) {
		it(`are read from ${file}`, () => {
			const arrays = readNpz(read(file), inflate);
			assert.deepEqual([...arrays.keys()].sort(), Object.keys(expected).sort());
			for (const [name, array] of arrays) {
				const { dims, data } = expected[name] as { dims: number[]; data: unknown[] };
				assert.deepEqual(array.dims, dims, name);
				const given = Array.from(array.data as ArrayLike<unknown>, (item) =>
					array.type === 'bool' ? item === 1 : typeof item === 'bigint' ? Number(item) : item,
				);
				assert.deepEqual(given, data, name);
			}
			assert.equal(arrays.get('int64')?.type, 'int64');
			assert.equal(arrays.get('bool')?.type, 'bool');
		});
	}

	it('refuse pickled objects, which are programs', () => {
		assert.throws(() => readNpz(read('pickled.npz'), inflate), /NumPy's type "\|O"/);
	});

	it('refuse what is cut short or changed, wherever, with an error that says so', () => {
		const bytes = read('stored.npz');
		for (let length = 0; length < bytes.length; length += 37) {
			assert.throws(() => readNpz(bytes.subarray(0, length), inflate), /^RangeError: Expected /, String(length));
		}
		// One byte changed somewhere: read or refused, but never an error of another kind.
		for (let at = 0; at < bytes.length; at += 11) {
			const changed = Uint8Array.from(bytes);
			changed[at] = (changed[at] as number) ^ 0xff;
			try {
				readNpz(changed, inflate);
			} catch (error) {
				assert.match(String(error), /^(RangeError|TypeError): Expected /, String(at));
			}
		}
	});

	it('refuse other files', () => {
		assert.throws(() => zipEntries(Buffer.from('{"a": 1}')), /Expected a zip archive/);
		assert.throws(() => parseNpy(Buffer.from('something else'), 'x.npy'), /Expected x\.npy to be a NumPy array/);
	});
});

describe('arrays of JSON', () => {
	it('are found by their path, in double precision', () => {
		const arrays = readJsonArrays(
			'{"obs_rms": {"mean": [0.1, 2], "note": "x", "more": null}, "n": 3, "m": [[1], [2]]}',
		);
		assert.deepEqual([...arrays.keys()], ['obs_rms.mean', 'n', 'm']);
		assert.deepEqual(arrays.get('obs_rms.mean')?.data, Float64Array.of(0.1, 2));
		assert.deepEqual(arrays.get('m')?.dims, [2, 1]);
	});

	it('are refused when they are none', () => {
		assert.throws(() => readJsonArrays('{'), /^RangeError: Expected JSON/);
		assert.throws(() => readJsonArrays('[1]'), /to be an object/);
		assert.throws(() => readJsonArrays('{"a": [[1], [2, 3]]}'), /`a/);
	});
});
