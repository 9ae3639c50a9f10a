/**
 * What a message from rclpy costs in both transports, side by side in one run: CPU of the whole process for each message,
 * from the network to the decoded message, and how many get lost.
 *
 *     npm run build && node dist/bench/native.js [seconds]
 *
 * with ROS 2 sourced, and rclnodejs in NODE_PATH. The figures are those of the middleware of RMW_IMPLEMENTATION.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createEmbeddedGraph } from '../lib/ros/embedded/graph';
import type { Graph } from '../lib/ros/graph';
import { qosPresets } from '../lib/ros/qos';
import { createTypeRegistry } from '../lib/ros/types/registry';
import { lackOfNative, openNative } from '../test/lib/ros/native/native';

const transports = ['embedded', 'native'] as const;
const loads = {
	joints: { type: 'sensor_msgs/msg/JointState', rate: 1000, depth: 100 },
	images: { type: 'sensor_msgs/msg/Image', rate: 30, depth: 10 },
} as const;
type Load = keyof typeof loads;
const talker = join(__dirname, '..', '..', 'bench', 'native_talker.py');

interface Result {
	/** Messages that came, of those that were sent after the warm-up. */
	readonly got: number;
	/** us of user and system time of all threads. */
	readonly cpu: number;
}

/** The side that receives, in a process of its own. Its parent says how many to expect. */
function receive(transport: (typeof transports)[number], load: Load, count: number): void {
	const { type: typeName, depth } = loads[load];
	const options = {
		nodeName: 'bench',
		namespace: '/',
		domainId: Number(process.env.ROS_DOMAIN_ID),
		onError: (error: unknown) => console.error(error),
	};
	const graph: Graph =
		transport === 'native'
			? openNative(options)
			: createEmbeddedGraph({
					...options,
					discovery: { range: 'localhost', staticPeers: [] },
					types: createTypeRegistry(),
					onWarning: (message) => console.error(message),
				});
	const type = createTypeRegistry().message(typeName);
	// The first third warms up: JavaScript is compiled in stages.
	const first = Math.floor(count / 3);
	let got = 0;
	let before: NodeJS.CpuUsage | undefined;
	let cpu = 0;
	graph.subscribe('/bench', typeName, { ...qosPresets.default, depth }, (cdr) => {
		const { header } = type.decode(cdr) as { header: { stamp: { sec: number } } };
		if (header.stamp.sec < first) return;
		before ??= process.cpuUsage();
		got++;
		// Asking costs some microseconds itself.
		if (got % 10 > 0) return;
		const { user, system } = process.cpuUsage(before);
		cpu = user + system;
	});
	process.on('message', () => {
		process.send?.({ got, cpu } satisfies Result);
		void graph.close().then(() => process.exit());
	});
}

async function measure(transport: (typeof transports)[number], load: Load, seconds: number, domain: number) {
	const { rate } = loads[load];
	const count = Math.round(rate * seconds * 1.5);
	const env = { ...process.env, ROS_DOMAIN_ID: String(domain) };
	const receiver: ChildProcess = fork(__filename, [transport, load, String(count)], { env });
	const sender = spawn('python3', [talker, load, String(rate), String(count)], { env, stdio: 'inherit' });
	await new Promise((resolve) => sender.once('exit', resolve));
	const told = new Promise<Result>((resolve) => receiver.once('message', resolve as never));
	receiver.send('done');
	const { got, cpu } = await told;
	await new Promise((resolve) => receiver.once('exit', resolve));
	const sent = count - Math.floor(count / 3);
	return { got, sent, each: cpu / Math.max(1, got) };
}

async function main(seconds: number): Promise<void> {
	const lacking = lackOfNative();
	if (lacking !== undefined) throw new Error(lacking);
	console.log(`${process.env.RMW_IMPLEMENTATION ?? 'default middleware'}, ${seconds} s each`);
	let domain = 110;
	const rows: string[] = [];
	for (const load of Object.keys(loads) as Load[]) {
		for (const transport of transports) {
			const { got, sent, each } = await measure(transport, load, seconds, ++domain);
			rows.push(
				`| ${load}, ${loads[load].rate} Hz | ${transport} | ${each.toFixed(0)} us | ${sent - got} of ${sent} |`,
			);
		}
	}
	console.log('| load | transport | CPU a message | lost |\n|---|---|---|---|');
	console.log(rows.join('\n'));
}

const [first = '10', load, count] = process.argv.slice(2);
if (load === undefined) void main(Number(first));
else receive(first as (typeof transports)[number], load as Load, Number(count));
