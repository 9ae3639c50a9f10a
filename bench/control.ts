/**
 * What the gate before an actuator costs and holds: the mean rate and the jitter of a fixed rate, and the time per
 * message. `node dist/bench/control.js [seconds per run]`, on an idle machine.
 */
import { Gate } from '../lib/control/gate';
import type { GateOptions } from '../lib/control/gate-options';
import type { Timers } from '../lib/control/timers';
import { Probe } from '../lib/latency/probe';
import { addStage } from '../nodes/shared/stages';

const seconds = Number(process.argv[2] ?? 2);
const runs = 5;

interface Message {
	payload: unknown;
	topic: string;
}

const twist = (x: number) => ({ linear: { x, y: 0, z: 0 }, angular: { x: 0, y: 0, z: x / 2 } });
const limits = [
	{ path: 'linear.x', min: -1, max: 1, rate: 2, second: 10 },
	{ path: 'angular.z', min: -1.5, max: 1.5, rate: 4, second: 20 },
];
const rest = { onDrop() {}, onError: (error: unknown) => console.error(error) };
const watchdog = { timeout: 0.5, finite: true, safe: twist(0), onFault: 'safe' as const };

interface Measured {
	/** Hz */
	readonly mean: number;
	/** How far the times between two messages are from the period, ms. */
	readonly jitter: readonly number[];
	/** Of a core, all threads together. */
	readonly cpu: number;
}

/** Sends at a fixed rate with input at 30 Hz, as a policy gives it. */
async function send(rate: number): Promise<Measured> {
	const times: number[] = [];
	const gate = new Gate<Message>({
		...rest,
		...watchdog,
		rate,
		fixed: true,
		fields: limits,
		send: () => times.push(performance.now()),
	});
	let count = 0;
	const input = setInterval(() => gate.push({ topic: '/cmd_vel', payload: twist((count++ % 100) / 100) }), 33);
	gate.push({ topic: '/cmd_vel', payload: twist(0) });
	// What is started and compiled at first is no part of it.
	await new Promise((resolve) => setTimeout(resolve, 500));
	times.length = 0;
	const before = process.cpuUsage();
	const begin = performance.now();
	await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
	const took = performance.now() - begin;
	const { user, system } = process.cpuUsage(before);
	clearInterval(input);
	gate.close();
	const mean = ((times.length - 1) / ((times.at(-1) as number) - (times[0] as number))) * 1000;
	const jitter = times.slice(1).map((time, i) => Math.abs(time - (times[i] as number) - 1000 / rate));
	return { mean, jitter: jitter.sort((a, b) => a - b), cpu: (user + system) / 1000 / took };
}

const percentile = (sorted: readonly number[], share: number) => sorted[Math.ceil(share * sorted.length) - 1] as number;

/** How far a thread that does nothing but wait for the times of the grid is from the period, ms: what the machine gives. */
function waitAlone(rate: number): number[] {
	const nothing = new Int32Array(new SharedArrayBuffer(4));
	const times: number[] = [];
	const begin = performance.now();
	for (let turn = 1; turn < rate * seconds; turn++) {
		const left = begin + (turn * 1000) / rate - performance.now();
		if (left > 0) Atomics.wait(nothing, 0, 0, left);
		times.push(performance.now());
	}
	return times
		.slice(1)
		.map((time, i) => Math.abs(time - (times[i] as number) - 1000 / rate))
		.sort((a, b) => a - b);
}

/** The best of some runs: what other programs take of the machine is not the gate's. */
async function pacing(rate: number): Promise<void> {
	const all: Measured[] = [];
	let machine = Number.POSITIVE_INFINITY;
	for (let run = 0; run < runs; run++) {
		all.push(await send(rate));
		machine = Math.min(machine, percentile(waitAlone(rate), 0.99));
	}
	const p99 = ({ jitter }: Measured) => percentile(jitter, 0.99);
	const best = all.reduce((a, b) => (p99(b) < p99(a) ? b : a));
	const off = (best.mean / rate - 1) * 100;
	console.log(
		`${String(rate).padStart(5)} Hz: ${best.mean.toFixed(2)} Hz (${off.toFixed(2)} %), jitter p50 ` +
			`${percentile(best.jitter, 0.5).toFixed(3)}, p99 ${p99(best).toFixed(3)}, longest ` +
			`${percentile(best.jitter, 1).toFixed(2)} ms, ${(best.cpu * 100).toFixed(1)} % of a core; ` +
			`p99 of all ${runs} runs ${all.map((one) => p99(one).toFixed(3)).join(', ')}, of the machine alone ${machine.toFixed(3)}`,
	);
}

/** The time per message, us, with a clock that gives each its turn, timers included; the best of some runs. */
function cost(name: string, options: Partial<GateOptions<Message>>): void {
	let now = 0;
	const waiting = new Map<() => void, number>();
	const timers: Timers = {
		now: () => now,
		setTimeout(callback, delay) {
			waiting.set(callback, now + delay);
			return callback;
		},
		clearTimeout: (callback) => void waiting.delete(callback as () => void),
	};
	let sent = 0;
	const gate = new Gate<Message>({ ...rest, rate: 1000, ...options, send: () => void sent++, timers });
	const count = 20_000;
	let best = Number.POSITIVE_INFINITY;
	for (let run = 0; run < 12; run++) {
		const messages = Array.from({ length: count }, (_, i) => ({ topic: '/cmd_vel', payload: twist((i % 100) / 100) }));
		const begin = performance.now();
		for (const message of messages) {
			now += 1;
			for (const [callback, at] of waiting) {
				if (at > now) continue;
				waiting.delete(callback);
				callback();
			}
			gate.push(message);
		}
		best = Math.min(best, ((performance.now() - begin) / count) * 1000);
	}
	if (sent < count) throw new Error(`${name}: only ${sent} messages have passed`);
	gate.close();
	console.log(`${name.padEnd(56)} ${best.toFixed(2)} us`);
}

/** What latency costs on the way, us: the share of a node, and the probe with four of them. */
function latency(): void {
	const stages = ['observation', 'policy', 'command', 'gate'].map((name, i) => ({ name, at: i, time: i + 0.1 }));
	const probe = new Probe({ window: 1000, deadline: 5, now: () => performance.now() });
	const count = 20_000;
	let [share, add] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
	for (let run = 0; run < 12; run++) {
		const messages = Array.from({ length: count }, () => ({ ros: { receivedAt: 1, stages } }));
		let begin = performance.now();
		for (const message of messages) addStage(message, 'gate', 1);
		share = Math.min(share, ((performance.now() - begin) / count) * 1000);
		begin = performance.now();
		for (let i = 0; i < count; i++) probe.add(5, stages);
		add = Math.min(add, ((performance.now() - begin) / count) * 1000);
	}
	console.log(`${"a node's share of the way, the fifth".padEnd(56)} ${share.toFixed(2)} us`);
	console.log(`${'latency-probe, with four shares'.padEnd(56)} ${add.toFixed(2)} us`);
}

async function main(): Promise<void> {
	console.log(`fixed rates, the best of ${runs} runs of ${seconds} s each:`);
	for (const rate of [50, 100, 500, 1000]) await pacing(rate);
	console.log('a Twist through the gate:');
	cost('rate', {});
	cost('rate, watchdog', watchdog);
	cost('rate, watchdog, limits of two axes', { ...watchdog, fields: limits });
	cost('rate, watchdog, limits of two axes scaled together', { ...watchdog, fields: limits, together: true });
	console.log('latency on the way:');
	latency();
}

void main();
