import assert from 'node:assert/strict';
import type { Graph } from '../../lib/ros/graph';
import { ParameterClient } from '../../lib/ros/parameters/client';
import type { TypeRegistry } from '../../lib/ros/types/registry';
import { type ContextStore, ContextValues } from '../../nodes/ros2-param/context-store';
import { collect, type FlowNode, load, type Message, next, node, send, unload, until } from './flow';

const context: FlowNode = {
	id: 'context',
	type: 'ros2-context',
	nodeName: 'node_red',
	namespace: '/lab',
	domainId: '42',
	discoveryRange: 'off',
};
const rows = [
	{ name: 'speed', type: 'double', value: '0.5', min: '0', max: '2' },
	{ name: 'arm.count', type: 'integer', value: '3' },
	{ name: 'key', type: 'byte_array', value: '[1, 2]' },
	{ name: 'serial', type: 'string', value: 'A1', readOnly: true },
];
const serve = (more: object = {}): FlowNode => ({
	id: 'serve',
	type: 'ros2-param',
	context: 'context',
	operation: 'serve',
	parameters: JSON.stringify(rows),
	wires: [['changes']],
	...more,
});
const ask = (operation: string, more: object = {}): FlowNode => ({
	id: operation,
	type: 'ros2-param',
	context: 'context',
	operation,
	node: '/lab/node_red',
	wires: [['out']],
	...more,
});
const helpers: FlowNode[] = [
	...['out', 'changes', 'errors'].map((id) => ({ id, type: 'helper' })),
	{ id: 'catch', type: 'catch', wires: [['errors']] },
];
const errorOf = (message: Message | undefined) => (message?.error as { message: string } | undefined)?.message ?? '';
const flowValue = (key: string) => node('serve').context().flow.get(key);

describe('ros2-param', () => {
	const parts = () => node('context') as unknown as { graph: Graph; types: TypeRegistry };
	const answer = async (id: string, message: object) => {
		const got = next('out');
		send(id, message);
		return (await got).payload;
	};

	afterEach(unload);

	it('gets, lists and describes parameters that a flow serves', async () => {
		await load([context, serve(), ask('get', { names: 'speed, arm.count' }), ask('list'), ask('describe'), ...helpers]);
		assert.deepEqual(await answer('get', { payload: 1_700_000_000_000 }), { speed: 0.5, 'arm.count': 3 });
		assert.deepEqual(await answer('get', { payload: 'serial key' }), { serial: 'A1', key: Buffer.from([1, 2]) });
		assert.deepEqual(await answer('get', { payload: ['speed', 'none'] }), { speed: 0.5, none: null });
		assert.deepEqual(await answer('list', {}), ['arm.count', 'key', 'serial', 'speed']);
		assert.deepEqual(await answer('list', { payload: 'arm' }), ['arm.count']);
		const described = (await answer('describe', {})) as Record<
			string,
			{ type: string; readOnly: boolean; max: number }
		>;
		assert.deepEqual([described.speed?.type, described.speed?.max, described.serial?.readOnly], ['double', 2, true]);
	});

	it('serves what is in flow context, and keeps there what others set', async () => {
		await load([context, serve(), ask('set'), ask('get'), ...helpers]);
		const changes = collect('changes');
		assert.deepEqual([await answer('get', { payload: 'speed' }), flowValue('speed')], [{ speed: 0.5 }, 0.5]);
		assert.deepEqual(await answer('set', { payload: { speed: 1, 'arm.count': 7n } }), { speed: 1, 'arm.count': 7n });
		assert.deepEqual([flowValue('speed'), flowValue('arm'), flowValue('arm.count')], [1, { count: 7 }, 7]);
		await until(() => changes.length === 2);
		assert.deepEqual(
			changes.map(({ topic, payload }) => [topic, payload]),
			[
				['/lab/node_red', { speed: 1 }],
				['/lab/node_red', { 'arm.count': 7 }],
			],
		);
		node('serve').context().flow.set('speed', 1.75);
		assert.deepEqual(await answer('get', { payload: 'speed' }), { speed: 1.75 });
		send('serve', { payload: { speed: 0.25 } });
		await until(() => flowValue('speed') === 0.25);
		assert.equal(changes.length, 2);
	});

	it('serves what is in global context when told to', async () => {
		await load([context, serve({ store: 'global' }), ask('get'), ...helpers]);
		assert.deepEqual(await answer('get', { payload: 'speed' }), { speed: 0.5 });
		node('serve').context().global.set('speed', 1.5);
		assert.deepEqual(await answer('get', { payload: 'speed serial' }), { speed: 1.5, serial: 'A1' });
		assert.equal(flowValue('speed'), undefined);
	});

	it('gives no value where the flow has put what does not fit, and tells it', async () => {
		await load([context, serve(), ask('get'), ...helpers]);
		const errors = collect('errors');
		node('serve').context().flow.set('speed', 'fast');
		assert.deepEqual(await answer('get', { payload: 'speed' }), { speed: null });
		await until(() => errors.length > 0);
		assert.match(errorOf(errors[0]), /`speed`.*type double.*"fast"/);
	});

	it('refuses what does not fit, from others and from the flow, naming it', async () => {
		await load([context, serve(), ask('set'), ask('get', { timeout: '5' }), ...helpers]);
		const errors = collect('errors');
		const changes = collect('changes');
		for (const payload of [{ speed: 9 }, { speed: 'fast' }, { serial: 'B' }, { none: 1 }, 'text', undefined]) {
			send('set', { payload });
		}
		await until(() => errors.length === 6);
		for (const [of, expected] of [
			['speed', /from 0 to 2, got 9/],
			['fast', /`speed`.*type double.*"fast"/],
			['serial', /read-only/],
			['none', /not declared/],
			['text', /`msg.payload`.*object, got "text"/],
		] as const) {
			assert.ok(
				errors.map(errorOf).some((text) => expected.test(text)),
				of,
			);
		}
		send('serve', { payload: { speed: -1 } });
		send('serve', { payload: 5 });
		await until(() => errors.length === 8);
		assert.deepEqual(await answer('get', { payload: 'speed serial' }), { speed: 0.5, serial: 'A1' });
		assert.deepEqual(changes, []);
	});

	it('tells when the node is not there, and what is wrong with its settings', async () => {
		await load([context, ask('get', { node: '/nobody', timeout: '0.02' }), serve({ parameters: '[]' }), ...helpers]);
		const errors = collect('errors');
		send('get', {});
		send('serve', { payload: {} });
		const has = (expected: RegExp) => errors.map(errorOf).some((text) => expected.test(text));
		await until(() => has(/No server of \/nobody\/list_parameters/));
		await until(() => has(/`parameters` to have at least one/));
		await unload();
		for (const [parameters, expected] of [
			['[{"name": "a", "type": "double", "value": "x"}]', /`parameters\[0\]\.value`/],
			[
				'[{"name": "a", "type": "bool", "value": "true"}, {"name": "a.b", "value": "1"}]',
				/within another, got a and a\.b/,
			],
			['[{"name": "a", "value": "1"}, {"name": "a", "value": "1"}]', /within another/],
			['nonsense', /`parameters` to be JSON/],
		] as const) {
			await load([context, serve({ parameters }), ...helpers]);
			const found = collect('errors');
			send('serve', { payload: {} });
			await until(() => found.length > 0);
			assert.match(errorOf(found[0]), expected);
			await unload();
		}
	});

	it('shares the node among several, each with parameters of its own', async () => {
		const other = serve({ id: 'other', parameters: '[{"name": "more", "type": "bool", "value": "true"}]' });
		const clash = serve({ id: 'clash', parameters: JSON.stringify(rows) });
		await load([context, serve(), other, clash, ask('list'), ...helpers]);
		const errors = collect('errors');
		await until(() => errors.length > 0);
		assert.match(errorOf(errors[0]), /speed of \/lab\/node_red is declared already/);
		assert.deepEqual(await answer('list', {}), ['arm.count', 'key', 'more', 'serial', 'speed']);
		assert.equal(errors.length, 1);
	});

	it('leaves nothing behind when redeployed', async () => {
		for (let i = 0; i < 10; i++) {
			await load([context, serve(), ask('get'), ...helpers]);
			const { graph, types } = parts();
			const client = new ParameterClient(graph, types, { node: '/lab/node_red' });
			assert.equal((await client.list([], { timeout: 5000 })).length, 4);
			client.close();
			await unload();
			assert.deepEqual([graph.services(), graph.topics()], [[], []]);
		}
	});
});

describe('values of parameters in context', () => {
	/** A store on a disk, which keeps JSON and answers later. */
	const make = (kept: Record<string, unknown> = {}, broken?: Error) => {
		const store: ContextStore = {
			get: (key, callback) => setImmediate(() => callback(broken, kept[key])),
			set(key, value, callback) {
				kept[key] = JSON.parse(JSON.stringify(value));
				setImmediate(() => callback(broken));
			},
		};
		return { kept, values: new ContextValues(store) };
	};
	const declaration = {
		name: 'key',
		type: 'byte_array',
		description: '',
		readOnly: false,
		value: Buffer.from([1]),
	} as const;

	it('survive a store that keeps JSON', async () => {
		const { values, kept } = make();
		await values.set({ key: Buffer.from([1, 255]), list: ['a'] });
		assert.deepEqual(kept, { key: [1, 255], list: ['a'] });
		assert.deepEqual(await values.get('key'), [1, 255]);
	});

	it('begin with what is there already, or with the default', async () => {
		const replaced: string[] = [];
		const begin = async (kept: Record<string, unknown>) => {
			const { values } = make(kept);
			await values.begin([declaration], (error) => void replaced.push(error.message));
			return kept.key;
		};
		assert.deepEqual(await begin({}), [1]);
		assert.deepEqual(await begin({ key: [7] }), [7]);
		assert.deepEqual(replaced, []);
		assert.deepEqual(await begin({ key: 'text' }), [1]);
		assert.match(replaced[0] ?? '', /`key`.*"text"/);
	});

	it('fail when their store does', async () => {
		const { values } = make({}, new Error('no such store'));
		await assert.rejects(values.get('key'), /no such store/);
		await assert.rejects(values.set({ key: 1 }), /no such store/);
	});
});
