import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { createEmbeddedGraph } from '../../../../lib/ros/embedded/graph';
import type { Graph, Publisher, Subscription } from '../../../../lib/ros/graph';
import { checkInstalled } from '../../../../lib/ros/native/installed';
import { qosPresets } from '../../../../lib/ros/qos';
import type { MessageType } from '../../../../lib/ros/types/registry';
import { until } from '../../../interop/peers';
import { nextDomain } from '../domains';
import { messages, plain } from '../types/arbitrary';
import { lackOfNative, nativeParts, openNative } from './native';

const qos = { ...qosPresets.default, depth: 100 };
/** Messages of each type, and types at a time. */
const samples = 3;
const batch = 40;

describe('every installed type', function () {
	this.timeout(120_000);
	const graphs: Graph[] = [];
	const errors: unknown[] = [];

	before(function () {
		const lacking = lackOfNative();
		if (lacking === undefined) return;
		console.log(`      skipped: ${lacking}`);
		this.skip();
	});
	afterEach(async () => {
		await Promise.all(graphs.splice(0).map((graph) => graph.close()));
		deepStrictEqual(
			errors.splice(0).filter((error) => !/receive buffer/.test(String(error))),
			[],
		);
	});

	const onError = (error: unknown) => void errors.push(error);
	const open = (domainId: number, nodeName: string) => {
		const graph = openNative({ nodeName, namespace: '/', domainId, onError });
		graphs.push(graph);
		return graph;
	};
	const openEmbedded = (domainId: number) => {
		const graph = createEmbeddedGraph({
			nodeName: 'embedded',
			namespace: '/',
			domainId,
			discovery: { range: 'localhost', staticPeers: [] },
			types: nativeParts().installed.types,
			onError,
			onWarning: onError,
		});
		graphs.push(graph);
		return graph;
	};
	const isInstalled = (typeName: string) => {
		try {
			checkInstalled(nativeParts().installed, typeName);
			return true;
		} catch {
			return false;
		}
	};
	const some = (type: MessageType): unknown[] =>
		fc.sample(messages(nativeParts().installed.types, type), { numRuns: samples, seed: 7 }).map(plain);

	for (const direction of ['native -> embedded', 'embedded -> native']) {
		it(`of messages goes ${direction}`, async () => {
			const { types } = nativeParts().installed;
			const names = types.messageNames().filter(isInstalled);
			ok(names.length > 100, `${names.length} types`);
			const domainId = nextDomain();
			const native = open(domainId, 'native');
			const embedded = openEmbedded(domainId);
			const [from, to] = direction.startsWith('native') ? [native, embedded] : [embedded, native];
			for (let start = 0; start < names.length; start += batch) {
				const ends: { name: string; publisher: Publisher; subscription: Subscription; got: unknown[] }[] = names
					.slice(start, start + batch)
					.map((name) => {
						const got: unknown[] = [];
						const type = types.message(name);
						const topic = `/${name.replaceAll('/', '_')}`;
						const subscription = to.subscribe(topic, name, qos, (cdr) => void got.push(type.decode(cdr)));
						return { name, got, subscription, publisher: from.advertise(topic, name, qos) };
					});
				await until(
					() => ends.every(({ publisher, subscription }) => publisher.matched > 0 && subscription.matched > 0),
					() => `all have met from ${start}`,
				);
				for (const { name, publisher } of ends) {
					for (const message of some(types.message(name))) publisher.publish(types.message(name).encode(message));
				}
				await until(
					() => ends.every(({ got }) => got.length >= samples),
					() => `all have come: ${ends.filter(({ got }) => got.length < samples).map(({ name }) => name)}`,
				);
				for (const { name, got, publisher, subscription } of ends) {
					deepStrictEqual(got, some(types.message(name)), name);
					publisher.close();
					subscription.close();
				}
			}
		});
	}

	it('of services goes through the C structures of rcl unchanged', async () => {
		const { types } = nativeParts().installed;
		const names = types.serviceNames().filter(isInstalled);
		ok(names.length > 20, `${names.length} types`);
		const domainId = nextDomain();
		const server = open(domainId, 'server');
		const client = open(domainId, 'client');
		for (const name of names) {
			const { request, response } = types.service(name);
			const answers = some(response);
			const requests: unknown[] = [];
			const service = `/${name.replaceAll('/', '_')}`;
			const serving = server.createService(service, name, undefined, (cdr, respond) => {
				requests.push(request.decode(cdr));
				respond(response.encode(answers[requests.length - 1]));
			});
			const calling = client.createClient(service, name);
			const got: unknown[] = [];
			for (const message of some(request)) {
				got.push(response.decode(await calling.call(request.encode(message), { timeout: 20_000 })));
			}
			deepStrictEqual(requests, some(request), name);
			deepStrictEqual(got, answers, name);
			calling.close();
			serving.close();
		}
	});
});
