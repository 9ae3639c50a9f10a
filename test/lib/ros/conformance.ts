import assert from 'node:assert/strict';
import type { EndpointEvent, Graph, Publisher, ServiceClient, Subscription } from '../../../lib/ros/graph';
import { type QosProfile, qosPresets } from '../../../lib/ros/qos';
import type { TypeRegistry } from '../../../lib/ros/types/registry';
import { until } from '../../interop/peers';

/** The two nodes that a run of the suite is between. They may be of different transports. */
export interface Sides {
	/** Such as `native -> embedded`. */
	readonly name: string;
	/** Opens the node that sends and calls. */
	openFirst(options: OpenOptions): Graph;
	/** Opens the node that receives and serves. */
	openSecond(options: OpenOptions): Graph;
	/** The definitions that both know. */
	readonly types: TypeRegistry;
	/** A ROS domain that nobody else is in. */
	domain(): number;
}

export interface OpenOptions {
	readonly nodeName: string;
	readonly namespace: string;
	readonly domainId: number;
	readonly onError: (error: unknown) => void;
}

const string = 'std_msgs/msg/String';
const adding = 'example_interfaces/srv/AddTwoInts';
const fibonacci = 'example_interfaces/action/Fibonacci';
const reliable = qosPresets.default;
const sensor = qosPresets.sensor_data;
const latched: QosProfile = { ...reliable, durability: 'transient_local', depth: 2 };
const everything: QosProfile = { ...reliable, depth: 2000 };

/**
 * What every transport has to do, whoever is on the other side. Nothing here waits for a time to pass: it waits for
 * what it expects.
 */
export function conformance({ name, openFirst, openSecond, types, domain }: Sides): void {
	describe(`the graph, ${name}`, function () {
		this.timeout(60_000);
		const graphs: Graph[] = [];
		let errors: unknown[] = [];
		const text = types.message(string);
		const add = types.service(adding);

		const pair = () => {
			const domainId = domain();
			const onError = (error: unknown) => void errors.push(error);
			const first = openFirst({ nodeName: 'first', namespace: '/lab', domainId, onError });
			const second = openSecond({ nodeName: 'second', namespace: '/', domainId, onError });
			graphs.push(first, second);
			return { first, second, domainId };
		};
		const encode = (data: string) => text.encode({ data });
		const collect = () => {
			const got: string[] = [];
			return { got, onMessage: (cdr: Uint8Array) => void got.push(String(text.decode(cdr).data)) };
		};
		const events = () => {
			const seen: EndpointEvent[] = [];
			return { seen, onEvent: (event: EndpointEvent) => void seen.push(event) };
		};
		const met = (...ends: (Publisher | Subscription)[]) =>
			until(
				() => ends.every(({ matched }) => matched > 0),
				() => `both sides have met: ${ends.map(({ topic, matched }) => `${topic} ${matched}`)}`,
			);
		const found = (client: ServiceClient) =>
			until(
				() => client.available > 0,
				() => `${client.service} is found`,
			);
		const misfit = (seen: EndpointEvent[]) => seen.find((event) => event.kind === 'incompatible');

		afterEach(async () => {
			await Promise.all(graphs.splice(0).map((graph) => graph.close()));
			const left = errors.filter((error) => !/receive buffer/.test(String(error)));
			errors = [];
			assert.deepEqual(left, []);
		});

		describe('topics', () => {
			it('carry messages in order, with the time they came', async () => {
				const { first, second } = pair();
				const { got, onMessage } = collect();
				let receivedAt = 0;
				const before = Date.now();
				const subscription = second.subscribe('/chatter', string, everything, (cdr, info) => {
					receivedAt = info.receivedAt;
					onMessage(cdr);
				});
				const publisher = first.advertise('/chatter', string, everything);
				await met(publisher, subscription);
				const sent = Array.from({ length: 500 }, (_, i) => `message ${i}`);
				for (const data of sent) publisher.publish(encode(data));
				await until(
					() => got.length >= sent.length,
					() => `all have come, ${got.length}`,
				);
				assert.deepEqual(got, sent);
				assert.ok(receivedAt > before - 1000 && receivedAt < Date.now() + 1000);
			});

			it('carry bytes that are a view of other memory, and bytes of an image', async () => {
				const { first, second } = pair();
				const type = types.message('sensor_msgs/msg/Image');
				const got: Uint8Array[] = [];
				const subscription = second.subscribe('/image', type.name, reliable, (cdr) => void got.push(cdr));
				const publisher = first.advertise('/image', type.name, reliable);
				await met(publisher, subscription);
				const data = Buffer.alloc(921_600, 7);
				const cdr = type.encode({ height: 480, width: 640, encoding: 'bgr8', step: 1920, data });
				const larger = new Uint8Array(cdr.length + 100).fill(255);
				larger.set(cdr, 50);
				publisher.publish(larger.subarray(50, 50 + cdr.length));
				await until(
					() => got.length > 0,
					() => 'it has come',
				);
				assert.deepEqual(type.decode(got[0]!), type.decode(cdr));
			});

			it('hand over the newest only to who wants no other', async () => {
				const { first, second } = pair();
				const { got, onMessage } = collect();
				const subscription = second.subscribe('/chatter', string, everything, onMessage, { newestOnly: true });
				const publisher = first.advertise('/chatter', string, everything);
				await met(publisher, subscription);
				for (let i = 0; i < 100; i++) publisher.publish(encode(String(i)));
				await until(
					() => got.at(-1) === '99',
					() => `the last has come: ${got}`,
				);
				const numbers = got.map(Number);
				assert.deepEqual(
					numbers,
					numbers.toSorted((a, b) => a - b),
				);
			});

			it('serve late joiners when both are transient_local, and only then', async () => {
				const { first, second } = pair();
				const publisher = first.advertise('/map', string, latched);
				for (let i = 0; i < 5; i++) publisher.publish(encode(String(i)));
				await until(
					() => second.topics().some(({ topic, publishers }) => topic === '/map' && publishers.length > 0),
					() => 'the publisher is there',
				);
				const late = collect();
				const volatile = collect();
				const subscription = second.subscribe('/map', string, { ...latched, depth: 10 }, late.onMessage);
				const other = second.subscribe('/map', string, reliable, volatile.onMessage);
				await met(subscription, other);
				await until(
					() => late.got.length >= 2,
					() => `the kept have come: ${late.got}`,
				);
				publisher.publish(encode('new'));
				await until(
					() => late.got.at(-1) === 'new' && volatile.got.length > 0,
					() => `the new one has come: ${late.got}, ${volatile.got}`,
				);
				assert.deepEqual(late.got, ['3', '4', 'new']);
				assert.deepEqual(volatile.got, ['new']);
			});

			it('name the policy that does not fit on both sides', async () => {
				for (const [offered, asked, policy] of [
					[sensor, reliable, 'reliability'],
					[reliable, latched, 'durability'],
				] as const) {
					const { first, second } = pair();
					const theirs = events();
					const ours = events();
					const publisher = first.advertise('/scan', string, offered, theirs);
					const subscription = second.subscribe('/scan', string, asked, () => {}, ours);
					await until(
						() => misfit(theirs.seen) !== undefined && misfit(ours.seen) !== undefined,
						() => `both are told: ${JSON.stringify([theirs.seen, ours.seen])}`,
					);
					for (const seen of [theirs.seen, ours.seen]) {
						const event = misfit(seen);
						assert.equal(event?.policy, policy);
						assert.match(event.message, /\/scan/);
					}
					assert.equal(publisher.matched + subscription.matched, 0);
				}
			});

			it('name a type that differs', async () => {
				const { first, second } = pair();
				const seen = events();
				first.advertise('/mixed', string, reliable);
				const subscription = second.subscribe('/mixed', 'std_msgs/msg/Int32', reliable, () => {}, seen);
				await until(
					() => misfit(seen.seen) !== undefined,
					() => `it is told: ${JSON.stringify(seen.seen)}`,
				);
				assert.equal(misfit(seen.seen)?.policy, 'type');
				assert.match(misfit(seen.seen)?.message ?? '', /std_msgs\/msg\/String/);
				assert.equal(subscription.matched, 0);
			});

			it('tell who comes and goes', async () => {
				const { first, second } = pair();
				const seen = events();
				const publisher = first.advertise('/chatter', string, reliable, seen);
				const one = second.subscribe('/chatter', string, reliable, () => {});
				await met(publisher, one);
				const two = second.subscribe('/chatter', string, sensor, () => {});
				await until(
					() => publisher.matched === 2,
					() => 'two are there',
				);
				one.close();
				two.close();
				await until(
					() => publisher.matched === 0,
					() => `both are gone: ${publisher.matched}`,
				);
				const counts = seen.seen.flatMap((event) => (event.kind === 'matched' ? [event.count] : []));
				assert.ok(counts.includes(2) && counts.at(-1) === 0, String(counts));
			});

			it('tell of a deadline that is missed', async () => {
				const { first, second } = pair();
				const seen = events();
				const subscription = second.subscribe('/chatter', string, { ...reliable, deadline: 50 }, () => {}, seen);
				const publisher = first.advertise('/chatter', string, { ...reliable, deadline: 20 });
				// Where a transport cannot offer a deadline, it says so, and the other side, which asks for one, refuses.
				await until(
					() => subscription.matched > 0 || misfit(seen.seen)?.policy === 'deadline',
					() => `they have met: ${JSON.stringify(seen.seen)}`,
				);
				if (subscription.matched === 0) return;
				publisher.publish(encode('the only one'));
				await until(
					() => seen.seen.some(({ kind }) => kind === 'deadline'),
					() => `it is told: ${JSON.stringify(seen.seen)}`,
				);
			});
		});

		describe('what is bad', () => {
			it('is refused before it is sent', async () => {
				const { first, second } = pair();
				const publisher = first.advertise('/chatter', string, reliable);
				const client = second.createClient('/add', adding);
				for (const length of [0, 3]) {
					assert.throws(() => publisher.publish(new Uint8Array(length)), RangeError);
					await assert.rejects(client.call(new Uint8Array(length), { timeout: 1000 }), RangeError);
				}
				await assert.rejects(client.call('text' as never, { timeout: 1000 }), TypeError);
				await assert.rejects(client.call(add.request.encode({}), { timeout: 0 }), RangeError);
				assert.throws(() => first.advertise('/chatter', string, { ...reliable, depth: 0 }), RangeError);
			});

			it('in a message does no harm to those after it', async () => {
				const { first, second } = pair();
				const got: unknown[] = [];
				const subscription = second.subscribe('/chatter', string, everything, (cdr) => {
					try {
						got.push(text.decode(cdr).data);
					} catch (error) {
						got.push(error);
					}
				});
				const publisher = first.advertise('/chatter', string, everything);
				await met(publisher, subscription);
				// A header and nothing else, a length beyond the end, garbage.
				const bad = [
					[0, 1, 0, 0],
					[0, 1, 0, 0, 255, 255, 255, 255],
					[9, 9, 9, 9, 1, 2, 3],
				];
				for (const bytes of bad) publisher.publish(Uint8Array.from(bytes));
				publisher.publish(encode('good'));
				await until(
					() => got.includes('good'),
					() => `the good one has come: ${got}`,
				);
			});

			it('in a callback is told, and the next message comes all the same', async () => {
				const { first, second } = pair();
				const { got, onMessage } = collect();
				const subscription = second.subscribe('/chatter', string, reliable, (cdr) => {
					onMessage(cdr);
					if (got.length === 1) throw new Error('thrown by a flow');
				});
				const publisher = first.advertise('/chatter', string, reliable);
				await met(publisher, subscription);
				publisher.publish(encode('one'));
				publisher.publish(encode('two'));
				await until(
					() => got.length === 2,
					() => `both have come: ${got}`,
				);
				assert.match(String(errors.splice(0)), /thrown by a flow/);
			});
		});

		describe('services', () => {
			const serveSum = (graph: Graph) =>
				graph.createService('/add', adding, undefined, (request, respond) => {
					const { a, b } = add.request.decode(request) as { a: bigint; b: bigint };
					respond(add.response.encode({ sum: a + b }));
				});
			const sum = async (client: ServiceClient, a: bigint, b: bigint, timeout = 20_000) =>
				add.response.decode(await client.call(add.request.encode({ a, b }), { timeout })).sum;

			it('answer, also a call that came before the server', async () => {
				const { first, second } = pair();
				const client = first.createClient('/add', adding);
				const early = sum(client, 2n ** 62n, -3n);
				serveSum(second);
				assert.equal(await early, 2n ** 62n - 3n);
				assert.equal(await sum(client, 1n, 2n), 3n);
				assert.equal(client.available, 1);
			});

			it('answer each call with its own answer, in any order', async () => {
				const { first, second } = pair();
				const waiting: (() => void)[] = [];
				second.createService('/add', adding, undefined, (request, respond) => {
					const { a, b } = add.request.decode(request) as { a: bigint; b: bigint };
					waiting.push(() => respond(add.response.encode({ sum: a + b })));
					if (waiting.length === 10) for (const answer of waiting.toReversed()) answer();
				});
				const client = first.createClient('/add', adding);
				await found(client);
				const sums = await Promise.all(Array.from({ length: 10 }, (_, i) => sum(client, BigInt(i), 100n)));
				assert.deepEqual(
					sums,
					Array.from({ length: 10 }, (_, i) => BigInt(100 + i)),
				);
			});

			it('say when nobody is there, nobody answers, or it is given up', async () => {
				const { first, second } = pair();
				const client = first.createClient('/add', adding);
				await assert.rejects(sum(client, 1n, 2n, 200), { brief: 'no server' });
				const requests: Uint8Array[] = [];
				second.createService('/add', adding, undefined, (request) => void requests.push(request));
				await found(client);
				await assert.rejects(sum(client, 1n, 2n, 300), { brief: 'no answer' });
				const abort = new AbortController();
				const given = client.call(add.request.encode({}), { timeout: 20_000, signal: abort.signal });
				abort.abort(new Error('no longer wanted'));
				await assert.rejects(given, /no longer wanted/);
				const left = client.call(add.request.encode({}), { timeout: 20_000 });
				client.close();
				await assert.rejects(left, /closed before the answer/);
			});

			it('say when the server goes away', async () => {
				const { first, second } = pair();
				let asked = 0;
				const server = second.createService('/add', adding, undefined, () => void asked++);
				const client = first.createClient('/add', adding);
				await found(client);
				const call = sum(client, 1n, 2n);
				const outcome = assert.rejects(call, { brief: 'server is gone' });
				await until(
					() => asked > 0,
					() => 'the request has come',
				);
				server.close();
				await outcome;
				serveSum(second);
				assert.equal(await sum(client, 1n, 2n), 3n);
			});

			it('tell of a handler that throws, and refuse a second answer', async () => {
				const { first, second } = pair();
				let again: unknown;
				second.createService('/add', adding, undefined, (request, respond) => {
					const { a } = add.request.decode(request) as { a: bigint };
					if (a === 0n) throw new Error('thrown by a server');
					respond(add.response.encode({ sum: a }));
					try {
						respond(add.response.encode({ sum: 0n }));
					} catch (error) {
						again = error;
					}
				});
				const client = first.createClient('/add', adding);
				await found(client);
				await assert.rejects(sum(client, 0n, 0n, 500), { brief: 'no answer' });
				assert.match(String(errors.splice(0)), /thrown by a server/);
				assert.equal(await sum(client, 7n, 0n), 7n);
				assert.match(String(again), /answered already/);
			});

			it('of an action answer too', async () => {
				const { first, second } = pair();
				const { sendGoal, getResult } = types.action(fibonacci);
				const cancel = types.service('action_msgs/srv/CancelGoal');
				const asked: string[] = [];
				const action = (word: string) => `/count/_action/${word}`;
				second.createService(action('cancel_goal'), cancel.name, undefined, (_request, respond) => {
					asked.push('cancel');
					respond(cancel.response.encode({ return_code: 2 }));
				});
				second.createService(action('send_goal'), `${fibonacci}_SendGoal`, undefined, (request, respond) => {
					asked.push(`goal ${(sendGoal.request.decode(request).goal as { order: number }).order}`);
					respond(sendGoal.response.encode({ accepted: true, stamp: { sec: 5 } }));
				});
				second.createService(action('get_result'), `${fibonacci}_GetResult`, undefined, (_request, respond) => {
					asked.push('result');
					respond(getResult.response.encode({ status: 4, result: { sequence: [0, 1, 1, 2] } }));
				});
				// Who looks for an action looks for these too.
				second.advertise(action('feedback'), `${fibonacci}_FeedbackMessage`, reliable);
				second.advertise(action('status'), 'action_msgs/msg/GoalStatusArray', { ...latched, depth: 1 });
				const goals = first.createClient(action('send_goal'), `${fibonacci}_SendGoal`);
				const results = first.createClient(action('get_result'), `${fibonacci}_GetResult`);
				const cancels = first.createClient(action('cancel_goal'), cancel.name);
				const timeout = 20_000;
				const goal_id = { uuid: Buffer.alloc(16, 9) };
				const goal = await goals.call(sendGoal.request.encode({ goal_id, goal: { order: 4 } }), { timeout });
				assert.deepEqual(sendGoal.response.decode(goal), { accepted: true, stamp: { sec: 5, nanosec: 0 } });
				const result = await results.call(getResult.request.encode({ goal_id }), { timeout });
				assert.deepEqual(getResult.response.decode(result), {
					status: 4,
					result: { sequence: Int32Array.of(0, 1, 1, 2) },
				});
				const cancelled = await cancels.call(cancel.request.encode({}), { timeout });
				assert.equal(cancel.response.decode(cancelled).return_code, 2);
				assert.deepEqual(asked, ['goal 4', 'result', 'cancel']);
			});
		});

		describe('the view of the others', () => {
			it('has nodes, topics with their types and QoS, and services', async () => {
				const { first, second } = pair();
				second.advertise('/scan', string, sensor);
				second.subscribe('/cmd', string, reliable, () => {});
				second.createService('/add', adding, undefined, () => {});
				const topic = (name: string) => first.topics().find((item) => item.topic === name);
				await until(
					() =>
						first.nodes().some(({ nodeName }) => nodeName === 'second') &&
						topic('/scan')?.publishers[0]?.node !== undefined &&
						topic('/cmd')?.subscriptions[0]?.node !== undefined &&
						first.services().some(({ service, servers }) => service === '/add' && servers > 0),
					() => JSON.stringify([first.nodes(), first.topics(), first.services()]),
				);
				assert.ok(first.nodes().some(({ nodeName, namespace }) => nodeName === 'first' && namespace === '/lab'));
				assert.deepEqual(topic('/scan')?.typeNames, [string]);
				const { reliability, durability, node } = topic('/scan')!.publishers[0]!;
				assert.deepEqual([reliability, durability, node], ['best_effort', 'volatile', '/second']);
				assert.equal(topic('/cmd')?.subscriptions[0]?.reliability, 'reliable');
				assert.deepEqual(first.services().find(({ service }) => service === '/add')?.typeNames, [adding]);
			});
		});

		describe('an end', () => {
			it('during traffic calls back no more, and the same comes up again', async () => {
				const { first, second, domainId } = pair();
				const publisher = first.advertise('/chatter', string, everything);
				const { got, onMessage } = collect();
				const subscription = second.subscribe('/chatter', string, everything, (cdr) => {
					onMessage(cdr);
					if (got.length === 10) subscription.close();
				});
				await met(publisher, subscription);
				for (let i = 0; i < 100; i++) publisher.publish(encode(String(i)));
				await until(
					() => publisher.matched === 0,
					() => `it has gone: ${publisher.matched}`,
				);
				assert.equal(got.length, 10);
				await Promise.all([second.close(), second.close()]);
				assert.throws(() => second.advertise('/chatter', string, reliable), /closed/);
				const onError = (error: unknown) => void errors.push(error);
				const again = openSecond({ nodeName: 'second', namespace: '/', domainId, onError });
				graphs.push(again);
				const anew = collect();
				const next = again.subscribe('/chatter', string, everything, anew.onMessage);
				await met(publisher, next);
				publisher.publish(encode('again'));
				await until(
					() => anew.got.length > 0,
					() => 'the new one hears',
				);
				assert.deepEqual(anew.got, ['again']);
			});

			it('lets the last reliable message through', async () => {
				const { first, second } = pair();
				const { got, onMessage } = collect();
				const publisher = first.advertise('/cmd', string, reliable);
				await met(publisher, second.subscribe('/cmd', string, reliable, onMessage));
				publisher.publish(encode('stop'));
				publisher.close();
				assert.throws(() => publisher.publish(encode('late')), /closed/);
				await first.close();
				await until(
					() => got.length > 0,
					() => 'it has come',
				);
				assert.deepEqual(got, ['stop']);
			});

			it('of the graph settles what waits', async () => {
				const { first, second } = pair();
				second.createService('/add', adding, undefined, () => {});
				const client = first.createClient('/add', adding);
				await found(client);
				const waiting = assert.rejects(client.call(add.request.encode({}), { timeout: 20_000 }), /closed/);
				await first.close();
				await waiting;
			});
		});
	});
}
