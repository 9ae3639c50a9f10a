import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import type { LiveView } from '../../nodes/tensor-transform/live-view';
import { load, next, send, unload } from './flow';

describe('the endpoints of tensor-transform', () => {
	afterEach(unload);

	/** The helper's client of the admin API (supertest). */
	const { request } = helper as unknown as {
		request(): { get(path: string): Promise<{ status: number; body: unknown }> };
	};
	const get = (path: string) => request.call(helper).get(`/tensor-transform/${path}`);

	const start = () =>
		load([
			{ id: 'n', type: 'tensor-transform', steps: [{ type: 'scale', factor: 2 }], wires: [['out']] },
			{ id: 'out', type: 'helper' },
		]);
	const run = async (payload: number[]) => {
		const out = next('out');
		send('n', { topic: 't', payload });
		await out;
	};

	it('show what runs through a node from the first look on', async () => {
		await start();
		await run([9, 9]);
		assert.equal(((await get('live/n')).body as LiveView).count, 0);
		assert.equal((await get('capture/n')).status, 404);
		await run([1, 2]);
		const view = (await get('live/n')).body as LiveView;
		assert.equal(view.count, 1);
		assert.deepEqual(
			view.elements.map(({ value }) => value),
			['2', '4'],
		);
		assert.deepEqual((await get('capture/n')).body, { topic: 't', payload: [1, 2] });
	});

	it('know no node that does not run', async () => {
		await start();
		assert.equal((await get('live/other')).status, 404);
		assert.equal((await get('capture/other')).status, 404);
	});

	it('list the models and read what one of them says', async () => {
		await start();
		assert.ok(((await get('models')).body as string[]).includes('models/cart-pole.onnx'));
		const model = (await get('model?path=models/cart-pole.onnx')).body as { inputs: object[]; metadata: object };
		assert.equal(model.inputs.length, 1);
		assert.equal(typeof model.metadata, 'object');
	});

	it('read no model outside of the folders for models', async () => {
		await start();
		for (const path of ['../package.json', '/etc/passwd', 'models/none.onnx', '']) {
			const { status, body } = await get(`model?path=${encodeURIComponent(path)}`);
			assert.equal(status, 422, path);
			assert.equal(typeof (body as { message: string }).message, 'string');
		}
	});
});
