import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { BriefError } from '../../../lib/check';
import { readHeader } from '../../../lib/onnx/header';
import { Folder } from './folder';
import { buildModel, float32, int64 } from './model-builder';
import { externalWeights, policy, slow } from './models';

/** What is thrown, as a BriefError. */
function problemOf(run: () => unknown): BriefError {
	let caught: unknown;
	try {
		run();
	} catch (error) {
		caught = error;
	}
	assert.ok(caught instanceof BriefError, `expected a BriefError, got ${String(caught)}`);
	assert.ok(caught.brief.length < 20, `"${caught.brief}" is too long for a status`);
	return caught;
}

describe('onnx header', () => {
	let folder: Folder;
	beforeEach(() => {
		folder = new Folder();
	});
	afterEach(() => {
		folder.remove();
	});

	it('reads what a model says of itself', () => {
		const model = buildModel({
			irVersion: 9,
			opsets: { '': 18, 'com.example': 3 },
			producer: 'trainer',
			metadata: { joint_names: 'hip,knee', kp: '[20, 20.5]', empty: '' },
			nodes: [
				{ operator: 'Relu', inputs: ['obs'], outputs: ['actions'] },
				{ operator: 'Relu', inputs: ['obs'], outputs: ['other'] },
				{ operator: 'Odd', domain: 'com.example', inputs: ['obs'], outputs: ['odd'] },
			],
			inputs: [
				{ name: 'obs', type: 'float32', shape: ['batch', 48] },
				{ name: 'mask', type: 'bool', shape: [] },
				{ name: 'free', type: 'int64' },
				{ name: 'half', type: 'bfloat16', shape: ['', 2] },
			],
			outputs: [
				{ name: 'actions', type: 'float32', shape: ['batch', 48] },
				{ name: 'list', type: 'float32', isSequence: true },
			],
			weights: [float32('w', [2, 3], new Array(6).fill(0))],
		});
		const header = readHeader(model);
		assert.equal(header.irVersion, 9);
		assert.deepEqual(header.opsets, { 'ai.onnx': 18, 'com.example': 3 });
		assert.equal(header.producer, 'trainer 1.0');
		assert.equal(header.graphName, 'test');
		assert.deepEqual(header.metadata, { joint_names: 'hip,knee', kp: '[20, 20.5]', empty: '' });
		assert.deepEqual(header.inputs, [
			{ name: 'obs', type: 'float32', shape: ['batch', 48] },
			{ name: 'mask', type: 'bool', shape: [] },
			{ name: 'free', type: 'int64', shape: undefined },
			{ name: 'half', type: 'bfloat16', shape: ['', 2] },
		]);
		assert.deepEqual(header.outputs, [
			{ name: 'actions', type: 'float32', shape: ['batch', 48] },
			{ name: 'list', type: 'sequence', shape: undefined },
		]);
		assert.equal(header.parameters, 6);
		assert.deepEqual(header.operators, { Relu: 2, 'com.example.Odd': 1 });
		assert.equal(header.size, model.length);
	});

	it('reads the same from a file as from its bytes', () => {
		const model = policy();
		assert.deepEqual(readHeader(folder.write('policy.onnx', model)), readHeader(model));
	});

	it('leaves out initializers that old formats list as inputs', () => {
		const model = buildModel({
			irVersion: 3,
			nodes: [{ operator: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
			inputs: [
				{ name: 'w', type: 'float32', shape: [2] },
				{ name: 'x', type: 'float32', shape: [2] },
			],
			outputs: [{ name: 'y', type: 'float32', shape: [2] }],
			weights: [float32('w', [2], [1, 2])],
		});
		assert.deepEqual(
			readHeader(model).inputs.map((input) => input.name),
			['x'],
		);
	});

	it('finds weights in other files, in constants and in the bodies of loops too', () => {
		assert.deepEqual(readHeader(externalWeights('model.onnx.data')).externalFiles, ['model.onnx.data']);
		const constant = (location: string) => ({
			operator: 'Constant',
			inputs: [],
			outputs: ['c'],
			attributes: { value: { tensor: { name: 'c', type: 'float32' as const, dims: [1], data: { location } } } },
		});
		const model = buildModel({
			nodes: [
				constant('outer.bin'),
				{
					operator: 'Loop',
					inputs: [],
					outputs: [],
					attributes: { body: { graph: { nodes: [constant('inner.bin')], inputs: [], outputs: [] } } },
				},
			],
			inputs: [],
			outputs: [],
		});
		assert.deepEqual(readHeader(model).externalFiles, ['outer.bin', 'inner.bin']);
	});

	it('jumps over weights instead of reading them', () => {
		const weights = new Uint8Array(8 * 1024 * 1024);
		const model = buildModel({
			nodes: [],
			inputs: [{ name: 'x', type: 'uint8', shape: [1] }],
			outputs: [],
			weights: [{ name: 'w', type: 'uint8', dims: [weights.length], data: weights }, int64('n', [1], [5])],
		});
		const path = folder.write('large.onnx', model);
		const before = process.memoryUsage().arrayBuffers;
		const header = readHeader(path);
		assert.equal(header.parameters, weights.length + 1);
		assert.equal(header.inputs.length, 1);
		assert.ok(process.memoryUsage().arrayBuffers - before < 1024 * 1024);
	});

	it('keeps a metadata key that JavaScript would take for something else', () => {
		const model = buildModel({ nodes: [], inputs: [], outputs: [], metadata: JSON.parse('{"__proto__": "x"}') });
		assert.equal(Object.getOwnPropertyDescriptor(readHeader(model).metadata, '__proto__')?.value, 'x');
	});

	it('refuses graphs nested without end', () => {
		let graph = { nodes: [], inputs: [], outputs: [] } as Parameters<typeof buildModel>[0];
		for (let i = 0; i < 200; i++) {
			const body = { graph };
			graph = { nodes: [{ operator: 'If', inputs: [], outputs: [], attributes: { body } }], inputs: [], outputs: [] };
		}
		assert.match(problemOf(() => readHeader(buildModel(graph))).message, /nested more than 64 deep/);
	});

	describe('says what a file is that is no model', () => {
		const zip = (entry: string) => Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(26), Buffer.from(entry)]);
		const safetensors = Buffer.concat([
			Buffer.from([16, 0, 0, 0, 0, 0, 0, 0]),
			Buffer.from('{"w": {"a": 1}} '),
			Buffer.alloc(64),
		]);
		const cases: [string, Uint8Array | string, string, RegExp][] = [
			['empty', '', 'empty file', /export or copy the model again/],
			[
				'a Git LFS pointer',
				'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
				'git LFS pointer',
				/git lfs pull/,
			],
			['a zip', zip('readme.txt'), 'zip, not ONNX', /Unpack it/],
			['a PyTorch zip', zip('policy/data.pkl'), 'PyTorch, not ONNX', /torch\.onnx\.export/],
			['a Stable-Baselines3 zip', zip('data.policy.pth'), 'SB3 zip, not ONNX', /torch\.onnx\.export/],
			['a Keras zip', zip('metadata.json config.json'), 'Keras, not ONNX', /tf2onnx/],
			['a pickle', Buffer.from([0x80, 0x02, 0x8a, 0x0a]), 'pickle, not ONNX', /torch\.onnx\.export/],
			['safetensors', safetensors, 'safetensors', /weights without the network/],
			['TFLite', Buffer.from('\x1c\0\0\0TFL3\0\0', 'latin1'), 'TFLite, not ONNX', /tf2onnx/],
			['HDF5', Buffer.from('\x89HDF\r\n\x1a\n\0', 'latin1'), 'HDF5, not ONNX', /Keras/],
			['a web page', '<!DOCTYPE html><html><body>Sign in</body></html>', 'HTML, not ONNX', /raw file/],
			['gzip', Buffer.from([0x1f, 0x8b, 8, 0]), 'gzip, not ONNX', /gunzip/],
			['JSON', '{"message": "Not Found"}', 'JSON, not ONNX', /Choose the \.onnx file/],
			['text', 'hello, here is the model', 'text, not ONNX', /Choose the \.onnx file/],
			['noise', Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), 'not an ONNX model', /8 bytes/],
			['another protocol buffer', Buffer.from([0x08, 0x01, 0x12, 0x00]), 'not an ONNX model', /no graph/],
		];
		for (const [what, content, brief, advice] of cases) {
			it(what, () => {
				const path = folder.write('model.onnx', content);
				const problem = problemOf(() => readHeader(path));
				assert.equal(problem.brief, brief);
				assert.match(problem.message, advice);
				assert.match(problem.message, /^model\.onnx /);
			});
		}

		it('a model that is cut off anywhere', () => {
			const model = slow();
			for (const length of [8, 30, 1000, model.length - 20]) {
				const problem = problemOf(() => readHeader(folder.write('cut.onnx', model.subarray(0, length))));
				assert.equal(problem.brief, 'truncated model', `cut to ${length} bytes`);
				assert.match(problem.message, /at least \d+ are missing/);
			}
		});
	});

	it('never throws anything but a BriefError, whatever the bytes', () => {
		const model = policy();
		let seed = 1;
		const random = (below: number) => {
			seed = (seed * 48271) % 2147483647;
			return seed % below;
		};
		let refused = 0;
		for (let i = 0; i < 3000; i++) {
			const broken = Buffer.from(model);
			for (let j = 0; j < 1 + random(4); j++) broken[random(broken.length)] = random(256);
			try {
				readHeader(broken);
			} catch (error) {
				refused++;
				assert.ok(error instanceof BriefError, `${(error as Error).stack}`);
			}
		}
		assert.ok(refused > 100);
	});
});
