import assert from 'node:assert/strict';
import type { ServiceClient } from '../../../../lib/ros/graph';
import { ParameterClient } from '../../../../lib/ros/parameters/client';
import { checkDeclaration } from '../../../../lib/ros/parameters/description';
import {
	eventsTopic,
	eventsType,
	type ParameterService,
	parameterServices,
} from '../../../../lib/ros/parameters/names';
import { ParameterServer, type ParameterStore } from '../../../../lib/ros/parameters/server';
import { fromValueMessage } from '../../../../lib/ros/parameters/value';
import { qosPresets } from '../../../../lib/ros/qos';
import type { Message } from '../../../../lib/ros/types/registry';
import { type Place, until } from '../places';

const options = { timeout: 10_000 };
const rows = [
	{ name: 'speed', type: 'double', value: '0.5', min: '0', max: '2', description: 'm/s' },
	{ name: 'count', type: 'integer', value: '3' },
	{ name: 'on', type: 'bool', value: 'false' },
	{ name: 'label', type: 'string', value: 'base' },
	{ name: 'arm.gain', type: 'double_array', value: '[1, 2.5]' },
	{ name: 'arm.joints', type: 'string_array', value: '["a", "b"]' },
	{ name: 'arm.limits.low', type: 'integer_array', value: '[-1, 2]' },
	{ name: 'serial', type: 'string', value: 'A1', readOnly: true },
	{ name: 'mask', type: 'bool_array', value: '[true, false]' },
	{ name: 'key', type: 'byte_array', value: '[1, 255]' },
].map((row, index) => checkDeclaration(`parameters[${index}]`, row));

/** What parameters have to do in every transport. */
export function conformParameters(makePlace: () => Place): void {
	let place: Place;
	let errors: string[];
	let values: Record<string, unknown>;
	let told: object[];

	beforeEach(() => {
		place = makePlace();
		errors = [];
		told = [];
		values = Object.fromEntries(rows.map(({ name, value }) => [name, value]));
	});
	afterEach(async () => {
		await place.close();
		assert.deepEqual(place.problems, []);
	});

	const store: ParameterStore = {
		get: async (name) => values[name],
		set: async (set) => {
			if ('label' in set && set.label === 'full') throw new Error('the disk is full');
			Object.assign(values, set);
		},
		onSet: (set) => void told.push(set),
	};
	const serve = () => {
		const graph = place.open('server');
		const server = new ParameterServer(graph, place.types, {
			now: () => 1500,
			onError: (error) => void errors.push((error as Error).message),
		});
		return { server, declared: server.declare(rows, store), node: `/${graph.nodeName}` };
	};
	const connect = (node: string) => new ParameterClient(place.open('client'), place.types, { node });
	const watch = async () => {
		const type = place.types.message(eventsType);
		const events: Message[] = [];
		const subscription = place.open('watcher').subscribe(eventsTopic, eventsType, qosPresets.parameters, (cdr) => {
			events.push(type.decode(cdr));
		});
		return { events, subscription };
	};
	const changes = (event: Message | undefined, field: string) =>
		((event?.[field] ?? []) as { name: string; value: Message }[]).map(({ name, value }) => [
			name,
			fromValueMessage(value),
		]);

	it('are read as plain values, one by one and all', async () => {
		const { node } = serve();
		const client = connect(node);
		assert.deepEqual(await client.get(['speed', 'count', 'arm.limits.low'], options), {
			speed: 0.5,
			count: 3,
			'arm.limits.low': [-1, 2],
		});
		assert.deepEqual(await client.get([], options), {
			speed: 0.5,
			count: 3,
			on: false,
			label: 'base',
			'arm.gain': [1, 2.5],
			'arm.joints': ['a', 'b'],
			'arm.limits.low': [-1, 2],
			serial: 'A1',
			mask: [true, false],
			key: Buffer.from([1, 255]),
		});
		assert.deepEqual(await client.get(['nothing', 'count'], options), { nothing: null, count: 3 });
		assert.equal(client.isThere, true);
		client.close();
	});

	it('are listed, by prefix too', async () => {
		const { node } = serve();
		const client = connect(node);
		assert.deepEqual(await client.list([], options), rows.map(({ name }) => name).sort());
		assert.deepEqual(await client.list(['arm'], options), ['arm.gain', 'arm.joints', 'arm.limits.low']);
		assert.deepEqual(await client.list(['arm.limits', 'count'], options), ['arm.limits.low', 'count']);
		assert.deepEqual(await client.list(['ar'], options), []);
		client.close();
	});

	it('are described with type, range and whether they can be set', async () => {
		const { node } = serve();
		const client = connect(node);
		const { speed, serial, count } = await client.describe(['speed', 'serial', 'count'], options);
		assert.deepEqual(speed, {
			name: 'speed',
			type: 'double',
			description: 'm/s',
			readOnly: false,
			min: 0,
			max: 2,
			step: 0,
		});
		assert.deepEqual([serial?.readOnly, serial?.type, count?.type], [true, 'string', 'integer']);
		client.close();
	});

	it('are set with the type that they have, and told to the watchers', async () => {
		const { node } = serve();
		const client = connect(node);
		const { events, subscription } = await watch();
		await until('the watcher is matched', () => subscription.matched > 0);
		const large = 9007199254740993n;
		await client.set({ speed: 1, count: large, on: true, 'arm.gain': [3], key: [7] }, false, options);
		assert.deepEqual(
			[values.speed, values.count, values.on, values['arm.gain'], values.key],
			[1, large, true, [3], Buffer.from([7])],
		);
		assert.deepEqual(told, [
			{ speed: 1 },
			{ count: large },
			{ on: true },
			{ 'arm.gain': [3] },
			{ key: Buffer.from([7]) },
		]);
		assert.equal((await client.get(['count'], options)).count, large);
		await client.set({ label: 'x', count: 1 }, true, options);
		assert.deepEqual(told.at(-1), { label: 'x', count: 1 });
		await until('the events', () => events.some((event) => changes(event, 'changed_parameters').length === 2));
		const last = events.at(-1);
		assert.equal(last?.node, node);
		assert.deepEqual({ ...(last?.stamp as object) }, { sec: 1, nanosec: 500_000_000 });
		assert.deepEqual(changes(last, 'changed_parameters'), [
			['label', 'x'],
			['count', 1],
		]);
		client.close();
	});

	it('refuse what does not fit, saying why, and stay as they are', async () => {
		const { node } = serve();
		const client = connect(node);
		const before = { ...values };
		for (const [set, expected] of [
			[{ speed: 'fast' }, /TypeError|`speed`.*type double.*"fast"/],
			[{ count: 1.5 }, /`count`.*whole number/],
			[{ on: 1 }, /`on`.*true or false/],
			[{ 'arm.gain': ['x'] }, /`arm.gain\[0\]`/],
			[{ speed: 3 }, /speed: .*from 0 to 2, got 3/],
			[{ speed: -0.1 }, /from 0 to 2/],
			[{ speed: Number.NaN }, /from 0 to 2, got NaN/],
			[{ serial: 'B' }, /serial: The parameter serial is read-only/],
			[{ speed: null }, /cannot be deleted/],
			[{ nothing: 1 }, /nothing: The parameter nothing is not declared/],
			[{ constructor: 1 }, /is not declared/],
		] as const) {
			for (const atomically of [false, true]) {
				await assert.rejects(client.set(set as Record<string, unknown>, atomically, options), expected);
			}
		}
		assert.deepEqual(values, before);
		assert.deepEqual(told, []);
		assert.deepEqual(errors, []);
		client.close();
	});

	it('are set each by itself, or all or none', async () => {
		const { node } = serve();
		const client = connect(node);
		const mixed = { count: 5, speed: 9, label: 'new' };
		await assert.rejects(client.set(mixed, true, options), /speed/);
		assert.deepEqual([values.count, values.label], [3, 'base']);
		await assert.rejects(client.set(mixed, false, options), /refused to set speed: /);
		assert.deepEqual([values.count, values.speed, values.label], [5, 0.5, 'new']);
		client.close();
	});

	it('tell when they cannot be stored, and when the store has what does not fit', async () => {
		const { node } = serve();
		const client = connect(node);
		await assert.rejects(client.set({ label: 'full' }, false, options), /could not be stored/);
		values.speed = 'broken';
		assert.deepEqual(await client.get(['speed', 'label'], options), { speed: null, label: 'base' });
		assert.equal(errors.length, 2);
		assert.match(errors[0] as string, /disk is full/);
		assert.match(errors[1] as string, /`speed`.*"broken"/);
		assert.deepEqual(told, []);
		client.close();
	});

	it('are set from within by the same rules, without being handed back', async () => {
		const { node, declared } = serve();
		const { events } = await watch();
		const client = connect(node);
		await client.list([], options);
		await declared.set({ speed: 2, serial: 'B2' });
		assert.deepEqual([values.speed, values.serial], [2, 'B2']);
		await assert.rejects(declared.set({ count: 1, speed: 5 }), /`speed` to be from 0 to 2, got 5/);
		await assert.rejects(declared.set({ sped: 5 }), /sped is not declared/);
		assert.equal(values.count, 3);
		assert.deepEqual(told, []);
		await declared.set({ count: 8 });
		void events;
		assert.deepEqual(await client.get(['count'], options), { count: 8 });
		client.close();
	});

	it('are declared once, and gone when their owner is', async () => {
		const { node, server, declared } = serve();
		const client = connect(node);
		assert.throws(() => server.declare([rows[1]!], store), /count of \/server is declared already/);
		assert.equal((await client.list([], options)).length, rows.length);
		declared.close();
		assert.deepEqual(await client.list([], options), []);
		server.declare([rows[1]!], store);
		assert.deepEqual(await client.get([], options), { count: 3 });
		server.close();
		client.close();
	});

	it('take hostile requests for errors, and serve the next', async () => {
		const { node } = serve();
		const client = connect(node);
		await client.list([], options);
		const raw = place.open('hostile');
		const ends: ServiceClient[] = [];
		for (const service of Object.keys(parameterServices) as ParameterService[]) {
			const { name, type } = parameterServices[service];
			const end = raw.createClient(`${node}/${name}`, type, qosPresets.parameters);
			ends.push(end);
			end.call(Buffer.from([0, 1, 0, 0, 1, 2, 3]), options).catch(() => {});
		}
		if (place.serverTakesBytes) await until('six errors', () => errors.length === 6);
		const set = place.types.service(parameterServices.set.type);
		const wild = {
			parameters: [
				{ name: 'count', value: { type: 77 } },
				{ name: '', value: { type: 2 } },
			],
		};
		const end = ends.find(({ service }) => service.endsWith('/set_parameters'))!;
		const { results } = set.response.decode(await end.call(set.request.encode(wild), options));
		assert.deepEqual(
			(results as { successful: boolean }[]).map(({ successful }) => successful),
			[false, false],
		);
		assert.equal((await client.get(['count'], options)).count, 3);
		const before = errors.length;
		const many = place.types.service(parameterServices.get.type).request.encode({ names: Array(10_001).fill('count') });
		ends[1]!.call(many, options).catch(() => {});
		await until('an error more', () => errors.length > before);
		assert.match(errors.at(-1) as string, /`names`.*at most 10000 items, got 10001/);
		for (const one of ends) one.close();
		client.close();
	});
}
