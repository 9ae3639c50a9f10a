/** Runs a policy where onnxruntime-node does not load. Run by fallback.test.ts. */
import Module from 'node:module';
import { bindInputs } from '../../../lib/onnx/inputs';
import { openSession } from '../../../lib/onnx/session';
import { policy } from './models';

const internals = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
const load = internals._load;
internals._load = (request, ...rest) => {
	if (request === 'onnxruntime-node') throw new Error('libonnxruntime.so.1: cannot open shared object file');
	return load.call(Module, request, ...rest);
};

async function main(): Promise<void> {
	const [, , runtime] = process.argv;
	// Inline, since a thread of its own would load modules without the obstacle above.
	const session = openSession(
		{ bytes: policy(), name: 'policy.onnx' },
		{ placement: 'inline', runtime: runtime === 'native' ? 'native' : 'auto' },
	);
	try {
		const info = await session.ready();
		const result = await session.run(bindInputs(info.inputs, [1, 2, 3, 4]));
		const output = result === 'dropped' ? [] : result.outputs.map(({ data }) => [...data]);
		process.stdout.write(JSON.stringify({ runtime: info.runtime, provider: info.provider, notes: info.notes, output }));
	} catch (error) {
		process.stdout.write(JSON.stringify({ error: (error as Error).message }));
	}
	await session.close();
}

void main();
