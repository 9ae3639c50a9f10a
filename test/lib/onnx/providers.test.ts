import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { explainProvider } from '../../../lib/onnx/providers';
import { openSession } from '../../../lib/onnx/session';
import { policy } from './models';

describe('onnx providers', () => {
	const cases: [string, string, RegExp][] = [
		['cuda', 'linux-x64', /needs an NVIDIA GPU, CUDA 12 .*ONNXRUNTIME_NODE_INSTALL=skip is set\. \(because\)/],
		['cuda', 'linux-arm64', /has it for linux-x64, and this machine is linux-arm64/],
		['tensorrt', 'linux-x64', /needs an NVIDIA GPU, TensorRT 10/],
		['coreml', 'linux-x64', /has it for darwin-x64, darwin-arm64/],
		['coreml', 'darwin-arm64', /needs macOS/],
		['dml', 'darwin-arm64', /has it for win32-x64/],
		['dml', 'win32-x64', /needs a GPU with a driver for DirectX 12/],
		['webgpu', 'linux-x64', /needs a GPU with a driver for Vulkan/],
		['webgpu', 'linux-arm64', /this machine is linux-arm64/],
		['other', 'linux-x64', /does not work here\. \(because\)/],
	];
	for (const [name, machine, message] of cases) {
		it(`says why ${name} does not work on ${machine}`, () => {
			const text = explainProvider(name, 'native', 'because', machine);
			assert.match(text, message);
			assert.ok(text.startsWith(`The execution provider ${name} is not in use`));
		});
	}

	it('says that WebAssembly has none of them', () => {
		assert.match(explainProvider('cuda', 'wasm', 'because', 'linux-x64'), /WebAssembly build .* does not have it/);
	});

	for (const name of ['cuda', 'tensorrt', 'coreml', 'dml', 'webgpu']) {
		it(`runs with ${name} where it works, and on the CPU with a note where it does not`, async () => {
			const session = openSession({ bytes: policy(), name: 'test.onnx' }, { providers: [name, 'cpu'] });
			try {
				const { provider, notes } = await session.ready();
				if (provider === name) assert.deepEqual(notes, []);
				else {
					assert.equal(provider, 'cpu');
					assert.match(notes.join(), new RegExp(`^The execution provider ${name} is not in use`));
				}
			} finally {
				await session.close();
			}
		});
	}
});
