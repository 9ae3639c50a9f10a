import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import type { TopicsAnswer } from '../../nodes/shared/topics-answer';
import { type FlowNode, load, unload } from './flow';

const context: FlowNode = {
	id: 'context',
	type: 'ros2-context',
	nodeName: 'node_red',
	namespace: '/lab',
	domainId: '42',
	discoveryRange: 'off',
};

describe('what the editor asks of a ros2-context', () => {
	let server: Server | undefined;
	const get = async (path: string, query: Record<string, string>, status = 200) => {
		const { _httpAdmin } = helper as unknown as { _httpAdmin: RequestListener };
		if (server === undefined) {
			server = createServer(_httpAdmin);
			await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
		}
		const { port } = server.address() as AddressInfo;
		const response = await fetch(`http://127.0.0.1:${port}/ros2-context/${path}?${new URLSearchParams(query)}`);
		assert.equal(response.status, status);
		return response.json();
	};

	afterEach(async () => {
		server?.closeAllConnections();
		server?.close();
		server = undefined;
		await unload();
	});

	it('are the topics, with the QoS and the node of each end', async () => {
		const subscribe = { topic: 'scan', messageType: 'sensor_msgs/msg/LaserScan', qos: 'sensor_data', wires: [] };
		await load([context, { id: 'subscribe', type: 'ros2-subscribe', context: 'context', ...subscribe }]);
		const answer: TopicsAnswer = await get('topics', { context: 'context' });
		assert.equal(answer.state, 'running');
		const [topic] = answer.topics;
		assert.equal(topic?.topic, '/lab/scan');
		assert.deepEqual(topic?.typeNames, ['sensor_msgs/msg/LaserScan']);
		assert.equal(topic?.subscriptions[0]?.reliability, 'best_effort');
		assert.equal(topic?.subscriptions[0]?.node, '/lab/node_red');
	});

	it('tell whether the context is there and why it failed', async () => {
		await load([{ ...context, domainId: '999' }]);
		assert.deepEqual(await get('topics', { context: 'not-deployed' }), { state: 'absent', topics: [] });
		const failed: TopicsAnswer = await get('topics', { context: 'context' });
		assert.equal(failed.state, 'failed');
		assert.match(failed.message ?? '', /domainId/);
	});

	it('are the fields of a type, one of one’s own too; before the first deployment of the bundled ones', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'interfaces-'));
		try {
			mkdirSync(join(folder, 'my_msgs', 'msg'), { recursive: true });
			writeFileSync(join(folder, 'my_msgs', 'msg', 'Grip.msg'), 'float32 width 0.5\nint64 count\n');
			await load([{ ...context, messageFolders: folder }]);
			const own = { type: 'my_msgs/msg/Grip', context: 'context' };
			assert.deepEqual(await get('skeleton', own), { width: 0.5, count: '0' });
			assert.ok((await get('types', own)).includes(own.type));
			await get('skeleton', { ...own, context: 'not-deployed' }, 404);
			const twist = await get('skeleton', { type: 'geometry_msgs/msg/Vector3', context: '' });
			assert.deepEqual(twist, { x: 0, y: 0, z: 0 });
			assert.ok((await get('types', { context: '' })).includes('geometry_msgs/msg/Vector3'));
		} finally {
			rmSync(folder, { recursive: true });
		}
	});

	it('have near names for a type that is not known, and an error for what is none', async () => {
		const answer = await get('skeleton', { type: 'sensor_msgs/msg/JointStat' }, 404);
		assert.equal(answer.near[0], 'sensor_msgs/msg/JointState');
		assert.match(answer.message, /JointStat/);
		for (const type of ['', 'no type', '../../etc/passwd', 'a/b/c/d']) await get('skeleton', { type }, 404);
	});
});
