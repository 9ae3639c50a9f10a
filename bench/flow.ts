/**
 * The cost of a message through a whole flow: JointState on a topic -> observation -> policy -> command on a topic, in
 * Node-RED, against a bare loop that does the same with the same libraries and no Node-RED. Both in one run, in turns.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-common';
import { createEmbeddedGraph } from '../lib/ros/embedded/graph';
import { qosPresets } from '../lib/ros/qos';
import { createTypeRegistry } from '../lib/ros/types/registry';
import { createPipeline } from '../lib/transform/pipeline';

const root = join(__dirname, '..', '..');
const rounds = 10;
const messagesPerRound = 500;

type Step = (index: number) => Promise<void>;
type FlowNode = Record<string, unknown> & { id: string; type: string };

const example: FlowNode[] = JSON.parse(readFileSync(join(root, 'examples', '01 - Balance a cart-pole.json'), 'utf8'));
const find = (type: string, index = 0) => example.filter((node) => node.type === type)[index] as FlowNode;

const types = createTypeRegistry();
const jointState = types.message('sensor_msgs/msg/JointState');
const command = types.message('std_msgs/msg/Float64MultiArray');
const messages = Array.from({ length: 100 }, (_, i) =>
	jointState.encode({
		name: ['slider', 'hinge'],
		position: [i / 1000, -i / 2000],
		velocity: [i / 100, i / 300],
		effort: [0, 0],
	}),
);
const messageAt = (index: number) => messages[index % messages.length] as Buffer;

/** The example's flow in a Node-RED of its own, without the robot: this program is its robot. */
async function startFlow(): Promise<{ step: Step; close: () => Promise<void> }> {
	const RED = require('node-red');
	const userDir = mkdtempSync(join(tmpdir(), 'bench-'));
	const server = createServer();
	const left = /^(sim-robot|inject|comment|debug|catch)$/;
	const flow = example
		.filter((node) => !left.test(node.type))
		.map((node) => (node.type === 'rate-limiter' ? { ...node, rate: '10000' } : node));
	writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow));
	RED.init(server, {
		userDir,
		flowFile: 'flows.json',
		nodesDir: root,
		httpAdminRoot: false,
		httpNodeRoot: false,
		credentialSecret: 'bench',
		logging: { console: { level: 'error' } },
	});
	const started = new Promise((resolve) => RED.runtime.events.once('flows:started', resolve));
	await RED.start();
	await started;

	const graph = createEmbeddedGraph({
		nodeName: 'bench',
		namespace: '/',
		domainId: 0,
		discovery: { range: 'localhost', staticPeers: [] },
		types,
		onError: console.error,
		onWarning: console.warn,
	});
	let arrived = () => {};
	graph.subscribe('/cart_pole/effort', command.name, qosPresets.default, () => arrived());
	const publisher = graph.advertise('/cart_pole/joint_states', jointState.name, qosPresets.default);
	const step: Step = (index) =>
		new Promise((resolve) => {
			arrived = resolve;
			publisher.publish(messageAt(index));
		});
	return {
		step,
		async close() {
			await graph.close();
			await RED.stop();
			rmSync(userDir, { recursive: true, force: true });
		},
	};
}

/** The same work in one function. */
async function startLoop(): Promise<Step> {
	const ort = require('onnxruntime-node') as typeof import('onnxruntime-common');
	const session: InferenceSession = await ort.InferenceSession.create(join(root, 'models', 'cart-pole.onnx'), {
		intraOpNumThreads: 1,
		interOpNumThreads: 1,
	});
	const observe = createPipeline(find('tensor-transform', 0).steps as unknown[]);
	const act = createPipeline(find('tensor-transform', 1).steps as unknown[]);
	return async (index) => {
		const observation = observe.run(jointState.decode(messageAt(index)), {}) as { data: Float32Array; dims: number[] };
		const { logits } = await session.run({ obs: new ort.Tensor('float32', observation.data, observation.dims) });
		command.encode(act.run({ type: 'float32', dims: logits?.dims, data: logits?.data }, {}));
	};
}

async function measure(step: Step, into: number[]): Promise<void> {
	for (let i = 0; i < messagesPerRound; i++) {
		const before = performance.now();
		await step(i);
		into.push((performance.now() - before) * 1000);
	}
}

const percentile = (values: number[], share: number) =>
	[...values].sort((a, b) => a - b)[Math.floor(values.length * share)] as number;

async function main(): Promise<void> {
	const flow = await startFlow();
	const loop = await startLoop();
	await measure(flow.step, []);
	await measure(loop, []);
	const flowTimes: number[] = [];
	const loopTimes: number[] = [];
	for (let round = 0; round < rounds; round++) {
		await measure(flow.step, flowTimes);
		await measure(loop, loopTimes);
	}
	console.log('JointState -> observation -> cart-pole.onnx -> command, one message at a time\n');
	console.log('            whole flow    bare loop    ratio    difference');
	for (const [name, share] of [
		['p50', 0.5],
		['p90', 0.9],
		['p99', 0.99],
	] as const) {
		const [a, b] = [percentile(flowTimes, share), percentile(loopTimes, share)];
		const cell = (value: number) => `${value.toFixed(0)} us`.padStart(11);
		console.log(`${name}     ${cell(a)}  ${cell(b)}    ${(a / b).toFixed(2).padStart(5)}   ${cell(a - b)}`);
	}
	console.log(
		'\nThe flow infers in a worker thread, the loop in its own; that thread hop is most of the difference and what keeps' +
			'\na slow model from holding up other flows.',
	);
	await flow.close();
}

main().then(
	() => process.exit(0),
	(error) => {
		console.error(error);
		process.exit(1);
	},
);
