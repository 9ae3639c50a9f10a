/**
 * The whole path on the wire: JointState in -> observation -> policy of 48 inputs -> command out, driven by a native
 * Cyclone DDS program at 50, 200 and 1000 Hz, which times the round trip. A flow in Node-RED against what one writes by
 * hand with rclpy and Python's ONNX Runtime, in turns in one run, both on loopback.
 *
 *     npm run build && node dist/bench/wire-flow.js [rounds] [placement of onnx-infer] [seconds of a turn] [sync]
 *
 * `sync` sets Node-RED's runtimeSyncDelivery: wires hand messages over at once, not in the next turn of the event loop.
 *
 * Found on a virtual machine of 2 cores with nothing else on it (Node 20, Node-RED 4.1, Jazzy with Cyclone DDS), as ratios
 * to rclpy, medians of nine turns, p50 / p99: 0.70 / 0.81 at 50 Hz, 0.71 / 0.71 at 200 Hz, 0.67 / 0.82 at 1000 Hz (162 / 329
 * against 249 / 446 us). Turns differ by a tenth, and so do whole runs. Of the 110 us that a message spends in the process
 * at 1000 Hz the run of the model and the call that sends take the most; at 50 Hz all of it takes three times as long,
 * since the caches are cold, for rclpy too.
 *
 * About 26 kB of garbage a message, of which half is Node-RED's. V8 sweeps it every 600 messages in some 1 ms. No setting
 * of the young generation was better than Node's own, and Node 22 and 24 are as fast.
 *
 * Needs Debian's cyclonedds-dev, cyclonedds-tools and gcc for the driver. The comparison needs a ROS 2 that is sourced
 * and whose python3 has onnxruntime; without it only the flow is measured.
 */
import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildModel, float32, int64 } from '../test/lib/onnx/model-builder';

const root = join(__dirname, '..', '..');
const source = join(root, 'bench');
const built = join(root, 'dist', 'bench-wire');
const userDir = mkdtempSync(join(tmpdir(), 'bench-'));
const model = join(userDir, 'policy.onnx');
const rounds = Number(process.argv[2] ?? 3);
const placement = process.argv[3] ?? 'auto';
/** Seconds of one turn at one rate. */
const turn = Number(process.argv[4] ?? 6);
/** Wires hand messages over at once, which Node-RED does when its settings.js says so. */
const runtimeSyncDelivery = process.argv[5] === 'sync';
const rates = [50, 200, 1000];
/** Domains that neither tests nor robots use. */
const domains = { flow: 228, rclpy: 229 };
/** Nothing of a ROS 2 that is sourced: its libraries are not the ones that the driver is built with. */
const bare = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: userDir };

const loopback =
	'<CycloneDDS><Domain><General><Interfaces><NetworkInterface name="lo"/></Interfaces><AllowMulticast>false</AllowMulticast>' +
	'</General><Discovery><ParticipantIndex>auto</ParticipantIndex><MaxAutoParticipantIndex>20</MaxAutoParticipantIndex>' +
	'<Peers><Peer address="127.0.0.1"/></Peers></Discovery></Domain></CycloneDDS>';

function buildDriver(): void {
	mkdirSync(built, { recursive: true });
	const libraries = ['-lddsc', '-lpthread'];
	for (const [command, ...args] of [
		['idlc', join(source, 'wire.idl')],
		['gcc', '-O2', '-o', 'wire_driver', join(source, 'wire_driver.c'), 'wire.c', '-I.', ...libraries],
	] as const) {
		const { status, error, stderr } = spawnSync(command, args, { cwd: built, env: bare, encoding: 'utf8' });
		if (status !== 0) throw new Error(`The driver cannot be built: ${command}: ${error?.message ?? stderr}`);
	}
}

/**
 * An actor as legged robots have it, 48-256-128-12 with ELU, of random weights. Its 13th output repeats the last input,
 * by which the driver knows which state a command answers.
 */
function writePolicy(): void {
	let seed = 1;
	const random = () => {
		seed = (seed * 48_271) % 2_147_483_647;
		return seed / 2_147_483_647 - 0.5;
	};
	const layer = (name: string, inputs: number, outputs: number) => [
		float32(
			`${name}.weight`,
			[inputs, outputs],
			Float32Array.from({ length: inputs * outputs }, () => random() / Math.sqrt(inputs)),
		),
		float32(
			`${name}.bias`,
			[outputs],
			Float32Array.from({ length: outputs }, () => random() / 10),
		),
	];
	const gemm = (name: string, input: string, output: string) => ({
		operator: 'Gemm',
		inputs: [input, `${name}.weight`, `${name}.bias`],
		outputs: [output],
	});
	const elu = (input: string, output: string) => ({ operator: 'Elu', inputs: [input], outputs: [output] });
	writeFileSync(
		model,
		buildModel({
			nodes: [
				// The number of the state is not for the network: it would be out of all proportion.
				{ operator: 'Slice', inputs: ['obs', 'last', 'end', 'axis'], outputs: ['number'] },
				{ operator: 'Mul', inputs: ['obs', 'mask'], outputs: ['masked'] },
				gemm('first', 'masked', 'a'),
				elu('a', 'b'),
				gemm('second', 'b', 'c'),
				elu('c', 'd'),
				gemm('third', 'd', 'e'),
				{ operator: 'Concat', inputs: ['e', 'number'], outputs: ['actions'], attributes: { axis: 1 } },
			],
			inputs: [{ name: 'obs', type: 'float32', shape: [1, 48] }],
			outputs: [{ name: 'actions', type: 'float32', shape: [1, 13] }],
			weights: [
				...layer('first', 48, 256),
				...layer('second', 256, 128),
				...layer('third', 128, 12),
				float32(
					'mask',
					[48],
					Float32Array.from({ length: 48 }, (_, i) => (i < 47 ? 1 : 0)),
				),
				int64('last', [1], [47]),
				int64('end', [1], [48]),
				int64('axis', [1], [1]),
			],
		}),
	);
}

/** The flow, with the settings that lose nothing, as the node written by hand does. */
function flow(): Record<string, unknown>[] {
	const repeat = (count: number, value: number) => Array<number>(count).fill(value);
	// A node without a place counts as a configuration.
	const place = { x: 0, y: 0 };
	const qos = { qos: 'default', reliability: 'reliable', durability: 'volatile', history: 'keep_last', depth: 10 };
	return [
		{ id: 'tab', type: 'tab', label: 'bench' },
		{
			id: 'context',
			type: 'ros2-context',
			nodeName: 'node_red',
			namespace: '/',
			domainId: String(domains.flow),
			transport: 'embedded',
			distribution: 'jazzy',
			discoveryRange: 'localhost',
			staticPeers: '',
			messageFolders: '',
		},
		{
			id: 'subscribe',
			type: 'ros2-subscribe',
			z: 'tab',
			...place,
			context: 'context',
			topic: '/joint_states',
			messageType: 'sensor_msgs/msg/JointState',
			...qos,
			newestOnly: false,
			wires: [['observe']],
		},
		{
			id: 'observe',
			type: 'tensor-transform',
			z: 'tab',
			...place,
			steps: [
				{
					type: 'select',
					names: Array.from({ length: 16 }, (_, i) => `joint_${i}`),
					fields: ['position', 'velocity', 'effort'],
					batch: true,
				},
				{ type: 'offset', offset: [...repeat(16, -0.05), ...repeat(32, 0)] },
				{ type: 'scale', factor: [...repeat(16, 1), ...repeat(16, 0.05), ...repeat(16, 1)] },
			],
			wires: [['infer']],
		},
		{
			id: 'infer',
			type: 'onnx-infer',
			z: 'tab',
			...place,
			model,
			waiting: 'queue',
			queueLength: 10,
			placement,
			threads: 1,
			wires: [['act'], []],
		},
		{
			id: 'act',
			type: 'tensor-transform',
			z: 'tab',
			...place,
			steps: [
				{ type: 'scale', factor: [...repeat(12, 0.25), 1] },
				{ type: 'offset', offset: [...repeat(12, 0.1), 0] },
				{ type: 'multi-array', messageType: 'Float64MultiArray' },
			],
			wires: [['publish']],
		},
		{
			id: 'publish',
			type: 'ros2-publish',
			z: 'tab',
			...place,
			context: 'context',
			topic: '/joint_commands',
			messageType: 'std_msgs/msg/Float64MultiArray',
			...qos,
		},
		{ id: 'catch', type: 'catch', z: 'tab', ...place, scope: null, wires: [['errors']] },
		{
			id: 'errors',
			type: 'debug',
			z: 'tab',
			...place,
			active: true,
			console: true,
			tosidebar: false,
			complete: 'error',
		},
	];
}

async function startFlow(): Promise<() => Promise<void>> {
	const RED = require('node-red');
	writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow()));
	RED.init(createServer(), {
		userDir,
		flowFile: 'flows.json',
		nodesDir: root,
		httpAdminRoot: false,
		httpNodeRoot: false,
		credentialSecret: 'bench',
		runtimeSyncDelivery,
		logging: { console: { level: 'error' } },
	});
	const started = new Promise((resolve) => RED.runtime.events.once('flows:started', resolve));
	await RED.start();
	await started;
	return () => RED.stop();
}

/** The node written by hand, or why there is none. */
function startRclpy(): ChildProcess | string {
	const tried = spawnSync('python3', ['-c', 'import rclpy, onnxruntime'], { encoding: 'utf8' });
	if (tried.status !== 0) return tried.error?.message ?? tried.stderr.trim().split('\n').at(-1) ?? 'no python3';
	const env = { ...process.env, ROS_DOMAIN_ID: String(domains.rclpy) };
	return spawn('python3', [join(source, 'wire_policy.py'), model], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

interface Figures {
	answered: number;
	p50: number;
	p99: number;
}

class Driver {
	readonly #process: ChildProcessWithoutNullStreams;
	readonly #lines: AsyncIterator<string>;

	constructor(domain: number) {
		const env = { ...bare, CYCLONEDDS_URI: loopback };
		this.#process = spawn(join(built, 'wire_driver'), [String(domain)], { env });
		this.#process.stderr.pipe(process.stderr);
		this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
	}

	async line(): Promise<string> {
		const { value, done } = await this.#lines.next();
		if (done) throw new Error('The driver has ended');
		return value;
	}

	async run(rate: number, seconds: number): Promise<Figures> {
		this.#process.stdin.write(`run ${rate * seconds} ${1_000_000 / rate}\n`);
		const [, answered, p50, p99] = (await this.line()).split(' ').map(Number) as [number, number, number, number];
		return { answered, p50, p99 };
	}

	end(): void {
		this.#process.kill();
	}
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] as number;
const show = ({ answered, p50, p99 }: Figures, count: number) =>
	`${p50.toFixed(0)} / ${p99.toFixed(0)}${answered === count ? '' : ` (${count - answered} of ${count} not answered)`}`;

async function main(): Promise<void> {
	buildDriver();
	writePolicy();
	const rclpy = startRclpy();
	const stopFlow = await startFlow();
	const drivers = {
		flow: new Driver(domains.flow),
		rclpy: typeof rclpy === 'string' ? undefined : new Driver(domains.rclpy),
	};
	try {
		for (const driver of [drivers.flow, drivers.rclpy]) {
			await driver?.line();
			// So that code is compiled, caches are filled and onnx-infer has chosen its place.
			await driver?.run(1000, 10);
		}
		if (typeof rclpy === 'string') console.log(`No comparison, since there is no rclpy with onnxruntime: ${rclpy}`);
		else console.log(`Against rclpy on ${process.env.RMW_IMPLEMENTATION ?? 'its default middleware'}`);
		console.log(
			`Round trip, us: p50 / p99 of ${rounds} turns of ${turn} s each; onnx-infer placed: ${placement}${runtimeSyncDelivery ? ', runtimeSyncDelivery' : ''}`,
		);
		for (const rate of rates) {
			const all: { ours: Figures; theirs: Figures | undefined }[] = [];
			for (let round = 0; round < rounds; round++) {
				const ours = await drivers.flow.run(rate, turn);
				const theirs = await drivers.rclpy?.run(rate, turn);
				all.push({ ours, theirs });
				const count = rate * turn;
				const load = (loadavg()[0] as number).toFixed(1);
				const compared = theirs === undefined ? '' : `, rclpy ${show(theirs, count)}`;
				console.log(`  ${String(rate).padStart(4)} Hz: flow ${show(ours, count)}${compared}, load ${load}`);
			}
			if (drivers.rclpy === undefined) continue;
			const ratio = (key: 'p50' | 'p99') =>
				median(all.map(({ ours, theirs }) => ours[key] / (theirs?.[key] as number))).toFixed(2);
			// Of each side its best turn: where others use the machine too, that is closest to what it would be alone.
			const best = (key: 'p50' | 'p99') => {
				const least = (figures: (Figures | undefined)[]) => Math.min(...figures.map((one) => one?.[key] ?? 0));
				return (least(all.map(({ ours }) => ours)) / least(all.map(({ theirs }) => theirs))).toFixed(2);
			};
			console.log(
				`  ${String(rate).padStart(4)} Hz: ratio, median ${ratio('p50')} / ${ratio('p99')}, best turns ${best('p50')} / ${best('p99')}`,
			);
		}
	} finally {
		drivers.flow.end();
		drivers.rclpy?.end();
		if (typeof rclpy !== 'string') rclpy.kill('SIGINT');
		await stopFlow();
		rmSync(userDir, { recursive: true, force: true });
	}
}

main().then(
	() => process.exit(0),
	(error) => {
		console.error(error);
		process.exit(1);
	},
);
