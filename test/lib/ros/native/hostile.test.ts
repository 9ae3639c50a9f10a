import { deepStrictEqual, rejects, strictEqual } from 'node:assert/strict';
import { createEmbeddedGraph } from '../../../../lib/ros/embedded/graph';
import type { Graph } from '../../../../lib/ros/graph';
import { qosPresets } from '../../../../lib/ros/qos';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';
import { until } from '../../../interop/peers';
import { nextDomain } from '../domains';
import { lackOfNative, openNative } from './native';

const reliable = { ...qosPresets.default, depth: 100 };
const types = createTypeRegistry();
/** Nothing, a length beyond the end, a length beyond all memory, another byte order, no encapsulation at all. */
const bad = [
	[0, 1, 0, 0],
	[0, 1, 0, 0, 255, 255, 255],
	[0, 1, 0, 0, 255, 255, 255, 255],
	[0, 0, 0, 0, 0, 0, 0, 9, 1],
	[9, 9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8],
].map((bytes) => Uint8Array.from(bytes));

describe('what hostile nodes send to the native transport', function () {
	this.timeout(60_000);
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
	const place = () => {
		const domainId = nextDomain();
		const ours = openNative({ nodeName: 'ours', namespace: '/', domainId, onError });
		// It sends any bytes.
		const hostile = createEmbeddedGraph({
			nodeName: 'hostile',
			namespace: '/',
			domainId,
			discovery: { range: 'localhost', staticPeers: [] },
			types,
			onError,
			onWarning: onError,
		});
		graphs.push(ours, hostile);
		return { ours, hostile };
	};

	it('as messages reaches the codec as it is, or nobody', async () => {
		const { ours, hostile } = place();
		for (const name of ['std_msgs/msg/String', 'sensor_msgs/msg/JointState', 'std_msgs/msg/Float64MultiArray']) {
			const type = types.message(name);
			let refused = 0;
			let good = 0;
			const topic = `/${name.replaceAll('/', '_')}`;
			const subscription = ours.subscribe(topic, name, reliable, (cdr) => {
				try {
					type.decode(cdr);
					good++;
				} catch {
					refused++;
				}
			});
			const publisher = hostile.advertise(topic, name, reliable);
			await until(
				() => publisher.matched > 0 && subscription.matched > 0,
				() => 'they have met',
			);
			for (const bytes of bad) publisher.publish(bytes);
			publisher.publish(type.encode({}));
			await until(
				() => good > 0,
				() => `the good one has come, ${refused} were refused`,
			);
			strictEqual(good, 1, name);
		}
	});

	it('as requests reaches no server, and the next request is answered', async () => {
		const { ours, hostile } = place();
		for (const [name, requests] of [
			['example_interfaces/srv/AddTwoInts', bad.slice(0, 4)],
			['nav_msgs/srv/GetPlan', bad.slice(0, 4)],
			// Any byte is a bool to an RMW.
			['std_srvs/srv/SetBool', bad.slice(0, 1)],
		] as const) {
			const { request, response } = types.service(name);
			let asked = 0;
			const service = `/${name.replaceAll('/', '_')}`;
			ours.createService(service, name, undefined, (cdr, respond) => {
				request.decode(cdr);
				asked++;
				respond(response.encode({}));
			});
			const client = hostile.createClient(service, name);
			await until(
				() => client.available > 0,
				() => 'the server is found',
			);
			await Promise.all(requests.map((bytes) => rejects(client.call(bytes, { timeout: 500 }))));
			const answer = await client.call(request.encode({}), { timeout: 20_000 });
			deepStrictEqual(response.decode(answer), response.create());
			strictEqual(asked, 1, name);
		}
	});

	it('as responses is an answer that does not come', async () => {
		const { ours, hostile } = place();
		const name = 'std_srvs/srv/Trigger';
		const { request, response } = types.service(name);
		let count = 0;
		hostile.createService('/trigger', name, undefined, (_request, respond) => {
			const bytes = bad[count++];
			respond(bytes ?? response.encode({ success: true, message: 'good' }));
		});
		const client = ours.createClient('/trigger', name);
		for (let i = 0; i < 3; i++) {
			await rejects(client.call(request.encode({}), { timeout: i === 0 ? 5000 : 500 }), { brief: 'no answer' });
		}
		count = bad.length;
		const answer = await client.call(request.encode({}), { timeout: 20_000 });
		deepStrictEqual(response.decode(answer), { success: true, message: 'good' });
	});
});
