import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph } from '../../../../lib/ros/graph';
import { createNativeGraph } from '../../../../lib/ros/native/graph';
import { qosPresets } from '../../../../lib/ros/qos';
import { until } from '../../../interop/peers';
import { nextDomain } from '../domains';
import { lackOfNative, nativeParts, openNative } from './native';

const string = 'std_msgs/msg/String';
const adding = 'example_interfaces/srv/AddTwoInts';
const reliable = qosPresets.default;

describe('the life of a native graph', function () {
	this.timeout(120_000);
	const errors: unknown[] = [];
	const onError = (error: unknown) => void errors.push(error);

	before(function () {
		const lacking = lackOfNative();
		if (lacking === undefined) return;
		console.log(`      skipped: ${lacking}`);
		this.skip();
	});
	afterEach(() => {
		deepStrictEqual(errors.splice(0), []);
	});

	const open = (domainId: number, nodeName = 'node_red') => openNative({ nodeName, namespace: '/', domainId, onError });
	/** What a process has of the kernel. */
	const held = () => ({
		threads: readdirSync('/proc/self/task').length,
		files: readdirSync('/proc/self/fd').length,
	});
	/** 24 ends that talk to each other, and a service. */
	const populate = (graph: Graph) => {
		const cdr = nativeParts().installed.types.message(string).encode({ data: 'hello' });
		const got: number[] = [];
		const ends = Array.from({ length: 12 }, (_, i) => {
			const subscription = graph.subscribe(`/topic_${i}`, string, reliable, () => void got.push(i));
			const publisher = graph.advertise(`/topic_${i}`, string, reliable);
			publisher.publish(cdr);
			return { subscription, publisher };
		});
		return {
			got,
			ends,
			server: graph.createService('/add', adding, undefined, () => {}),
			client: graph.createClient('/add', adding),
			publish: () => {
				for (const { publisher } of ends) publisher.publish(cdr);
			},
			matched: () => ends.every(({ subscription, publisher }) => subscription.matched + publisher.matched === 2),
		};
	};

	it('leaves no thread and no file behind, 300 times', async () => {
		const domainId = nextDomain();
		let before: ReturnType<typeof held> | undefined;
		for (let i = 0; i < 300; i++) {
			// The node of a graph is kept for a while, for one of the same name; these first ones are not.
			const graph = open(domainId, i < 30 ? `node_${i}` : 'node_red');
			populate(graph);
			// Some are closed before anything has been made, the others amid traffic.
			if (i % 3 > 0) await new Promise((resolve) => setImmediate(resolve));
			await graph.close();
			if (i === 40) before = held();
		}
		const after = held();
		ok(after.threads <= before!.threads, `${after.threads} threads, ${before!.threads} before`);
		// The log of rcl is a file that is opened at some time.
		ok(after.files <= before!.files + 1, `${after.files} files, ${before!.files} before`);
	});

	it('lets nodes come and go on a graph with traffic, 300 times', async () => {
		const graph = open(nextDomain());
		const others = populate(graph);
		await until(others.matched, () => 'all have met');
		let before: ReturnType<typeof held> | undefined;
		let calledBack = 0;
		for (let i = 0; i < 300; i++) {
			const ends = Array.from({ length: 24 }, (_, k) =>
				k % 2 === 0
					? graph.advertise(`/other_${k}`, string, reliable)
					: graph.subscribe(`/topic_${k % 12}`, string, reliable, () => void calledBack++),
			);
			others.publish();
			await new Promise((resolve) => setImmediate(resolve));
			for (const end of ends) end.close();
			if (i === 20) before = held();
		}
		const count = others.got.length;
		others.publish();
		await until(
			() => others.got.length >= count + 12,
			() => `those that stay still hear: ${others.got.length}`,
		);
		const after = held();
		await graph.close();
		ok(after.threads <= before!.threads, `${after.threads} threads, ${before!.threads} before`);
		ok(after.files <= before!.files + 1, `${after.files} files, ${before!.files} before`);
	});

	it('has Cyclone DDS not wait for acknowledgements where that would hold the event loop, unless the user says so', async () => {
		const { addon, installed } = nativeParts();
		const before = process.env.CYCLONEDDS_URI;
		const users =
			'<CycloneDDS><Domain><Internal><WriterLingerDuration>2 ms</WriterLingerDuration></Internal></Domain></CycloneDDS>';
		const seen: (string | undefined)[] = [];
		const watched: typeof addon = Object.create(addon, {
			createNode: {
				value: (...names: Parameters<typeof addon.createNode>) => {
					seen.push(process.env.CYCLONEDDS_URI);
					return addon.createNode(...names);
				},
			},
		});
		const domainId = nextDomain();
		try {
			process.env.CYCLONEDDS_URI = [before, users].filter(Boolean).join(',');
			const given = process.env.CYCLONEDDS_URI;
			const graph = createNativeGraph({
				addon: watched,
				installed,
				nodeName: 'configured',
				namespace: '/',
				domainId,
				onError,
			});
			await graph.ready;
			await graph.close();
			const isCyclone = graph.rmw === 'rmw_cyclonedds_cpp';
			strictEqual(seen.length, 1);
			const [uri] = seen as [string];
			strictEqual(isCyclone, uri !== given);
			if (isCyclone) {
				ok(/^<CycloneDDS>.*<WriterLingerDuration>0 s<.*,/.test(uri), uri);
				ok(uri.endsWith(given), uri);
			}
			strictEqual(process.env.CYCLONEDDS_URI, given);
		} finally {
			if (before === undefined) delete process.env.CYCLONEDDS_URI;
			else process.env.CYCLONEDDS_URI = before;
		}
	});

	it('settles its calls and is quiet after the end', async () => {
		const domainId = nextDomain();
		const graph = open(domainId);
		const { client, got, publish, matched } = populate(graph);
		await until(matched, () => 'all have met');
		const waiting = client.call(nativeParts().installed.types.service(adding).request.encode({}), { timeout: 60_000 });
		const outcome = waiting.catch((error: Error) => error.message);
		publish();
		await graph.close();
		const { length } = got;
		ok(/closed before the answer/.test(String(await outcome)));
		await new Promise((resolve) => setImmediate(resolve));
		strictEqual(got.length, length);
		deepStrictEqual(graph.topics(), []);
	});

	it('leaves signals and the end of the process to others', () => {
		const script = `
			const { openNative } = require(${JSON.stringify(join(__dirname, 'native.js'))});
			const { qosPresets } = require(${JSON.stringify(join(__dirname, '../../../../lib/ros/qos.js'))});
			const listeners = process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');
			const graph = openNative({ nodeName: 'ends', namespace: '/', domainId: ${nextDomain()}, onError: console.error });
			graph.subscribe('/a', '${string}', qosPresets.default, () => {});
			console.log('listeners', process.listenerCount('SIGINT') + process.listenerCount('SIGTERM') - listeners);
			setImmediate(() => process.argv[1] === 'close' ? graph.close() : process.exit(7));
		`;
		for (const [how, code] of [
			['close', 0],
			['exit', 7],
		] as const) {
			const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', script, how], { encoding: 'utf8' });
			strictEqual(status, code, stderr);
			strictEqual(stdout.trim(), 'listeners 0');
		}
	});
});
