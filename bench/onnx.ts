/**
 * What a run of a model costs through this package, against onnxruntime-node called directly in the same process, and
 * what it does to the event loop. `node dist/bench/onnx.js [seconds per case]`
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-common';
import { type ModelSession, openSession } from '../lib/onnx/session';
import { Tensor } from '../lib/tensor/tensor';
import { buildModel, float32, type NodeDefinition, type Weights } from '../test/lib/onnx/model-builder';

const seconds = Number(process.argv[2] ?? 3);

/** Weights that are all alike would do; these only keep the outputs finite. */
function weights(name: string, dims: number[]): Weights {
	const count = dims.reduce((product, dim) => product * dim, 1);
	return float32(
		name,
		dims,
		Array.from({ length: count }, (_, i) => Math.sin(i) * 0.05),
	);
}

/** A policy of the usual size: 48-256-128-12 with ELU between its layers. */
function policy(): Buffer {
	const sizes = [48, 256, 128, 12];
	const nodes: NodeDefinition[] = [];
	const all: Weights[] = [];
	for (let i = 0; i < 3; i++) {
		const [from, to] = [sizes[i] as number, sizes[i + 1] as number];
		all.push(weights(`w${i}`, [from, to]), weights(`b${i}`, [to]));
		const isLast = i === 2;
		const input = i === 0 ? 'obs' : `a${i - 1}`;
		nodes.push({ operator: 'Gemm', inputs: [input, `w${i}`, `b${i}`], outputs: [isLast ? 'actions' : `z${i}`] });
		if (!isLast) nodes.push({ operator: 'Elu', inputs: [`z${i}`], outputs: [`a${i}`] });
	}
	return buildModel({
		nodes,
		inputs: [{ name: 'obs', type: 'float32', shape: [1, 48] }],
		outputs: [{ name: 'actions', type: 'float32', shape: [1, 12] }],
		weights: all,
	});
}

/** A small CNN on a camera image, image [1, 3, 240, 320]. */
function cnn(): Buffer {
	const channels = [3, 32, 64, 64];
	const nodes: NodeDefinition[] = [];
	const all: Weights[] = [];
	for (let i = 0; i < 3; i++) {
		all.push(weights(`w${i}`, [channels[i + 1] as number, channels[i] as number, 3, 3]));
		const attributes = { kernel_shape: [3, 3], strides: i === 2 ? [1, 1] : [2, 2], pads: [1, 1, 1, 1] };
		const input = i === 0 ? 'image' : `a${i - 1}`;
		nodes.push({ operator: 'Conv', inputs: [input, `w${i}`], outputs: [`z${i}`], attributes });
		nodes.push({ operator: 'Relu', inputs: [`z${i}`], outputs: [`a${i}`] });
	}
	nodes.push({ operator: 'GlobalAveragePool', inputs: ['a2'], outputs: ['features'] });
	return buildModel({
		nodes,
		inputs: [{ name: 'image', type: 'float32', shape: [1, 3, 240, 320] }],
		outputs: [{ name: 'features', type: 'float32', shape: [1, 64, 1, 1] }],
		weights: all,
	});
}

interface Measured {
	readonly count: number;
	readonly p50: number;
	readonly p99: number;
	/** Event-loop delay, ms. */
	readonly delay: number;
}

/** The timer of the delay's histogram counts its own period, ms. */
const resolution = 1;

/** How long each of the ways has its turn, ms: machines change their pace, so the ways take turns. */
const turn = 500;

interface Way {
	readonly name: string;
	run(): Promise<unknown>;
}

/**
 * Calls each way at `rate` (Hz), skipping calls while one is under way, and takes the time of each call in us.
 * @param warmUps calls before, so that it is not the interpreter that is measured
 */
async function measure(rate: number, ways: readonly Way[], warmUps: number): Promise<Measured[]> {
	const times: number[][] = ways.map(() => []);
	const histograms = ways.map(() => monitorEventLoopDelay({ resolution }));
	for (const { run } of ways) for (let i = 0; i < warmUps; i++) await run();
	for (let round = 0; round < Math.ceil((seconds * 1000) / turn); round++) {
		for (const [i, way] of ways.entries()) {
			histograms[i]?.enable();
			await paced(rate, way.run, times[i] as number[]);
			histograms[i]?.disable();
		}
	}
	return times.map((list, i) => {
		list.sort((a, b) => a - b);
		const at = (share: number) => list[Math.ceil(share * list.length) - 1] as number;
		const delay = (histograms[i]?.percentile(99) ?? Number.NaN) / 1e6 - resolution;
		return { count: list.length, p50: at(0.5), p99: at(0.99), delay };
	});
}

function paced(rate: number, run: () => Promise<unknown>, times: number[]): Promise<void> {
	const begin = performance.now();
	let isBusy = false;
	let count = 0;
	return new Promise((resolve) => {
		const tick = () => {
			const now = performance.now();
			if (now >= begin + turn && !isBusy) {
				resolve();
				return;
			}
			if (!isBusy) {
				isBusy = true;
				void run().then(() => {
					times.push((performance.now() - now) * 1000);
					isBusy = false;
				});
			}
			// By the start, so that lateness does not add up.
			count = Math.max(count + 1, Math.ceil(((now - begin) / 1000) * rate));
			setTimeout(tick, begin + (count * 1000) / rate - performance.now());
		};
		tick();
	});
}

function report(what: string, { count, p50, p99, delay }: Measured, base?: Measured): void {
	const more = base ? p50 - base.p50 : 0;
	const over = base ? `  ${more < 0 ? '' : '+'}${more.toFixed(0)} us at p50` : '';
	const figures = `p50 ${p50.toFixed(0)} us  p99 ${p99.toFixed(0)} us  loop delay p99 ${delay.toFixed(2)} ms`;
	console.log(`${what.padEnd(34)} ${String(count).padStart(6)} runs  ${figures}${over}`);
}

async function bare(model: Buffer): Promise<InferenceSession> {
	const ort = require('onnxruntime-node') as typeof import('onnxruntime-common');
	return ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
}

async function opened(model: Buffer, placement: 'inline' | 'worker'): Promise<ModelSession> {
	const session = openSession({ bytes: model, name: 'bench.onnx' }, { placement });
	await session.ready();
	return session;
}

/** What it takes to wake a thread and be woken by it, which no model in a thread can do without. */
function echo(): Way & { close(): Promise<unknown> } {
	const script = `const { parentPort } = require('node:worker_threads');
		parentPort.on('message', () => parentPort.postMessage(0));`;
	const worker = new Worker(script, { eval: true });
	let answered = () => {};
	worker.on('message', () => answered());
	return {
		name: 'a thread that only answers',
		run: () =>
			new Promise<void>((resolve) => {
				answered = resolve;
				worker.postMessage(0);
			}),
		close: () => worker.terminate(),
	};
}

async function main(): Promise<void> {
	const model = policy();
	const data = new Float32Array(48).fill(0.1);
	const input = [new Tensor('float32', [1, 48], data)];
	const ort = require('onnxruntime-node') as typeof import('onnxruntime-common');
	const direct = await bare(model);
	const feeds: Record<string, OrtTensor> = { obs: new ort.Tensor('float32', data, [1, 48]) };
	const inline = await opened(model, 'inline');
	const worker = await opened(model, 'worker');
	const answering = echo();
	const ways: Way[] = [
		{ name: 'onnxruntime-node itself', run: () => direct.run(feeds) },
		{ name: 'inline', run: () => inline.run(input) },
		{ name: 'worker', run: () => worker.run(input) },
		answering,
	];
	console.log('A 48-256-128-12 policy');
	for (const rate of [50, 200, 1000]) {
		const measured = await measure(rate, ways, 3000);
		for (const [i, way] of ways.entries()) {
			const isModel = i > 0 && way !== answering;
			report(`${rate} Hz, ${way.name}`, measured[i] as Measured, isModel ? measured[0] : undefined);
		}
	}
	await direct.release();
	await inline.close();
	await worker.close();
	await answering.close();

	console.log('A CNN on 240 x 320 at 30 Hz, with a control flow at 100 Hz beside it');
	const image = [new Tensor('float32', [1, 3, 240, 320], new Float32Array(3 * 240 * 320).fill(0.5))];
	for (const placement of ['inline', 'worker'] as const) {
		const session = await opened(cnn(), placement);
		const late: number[] = [];
		let due = performance.now() + 10;
		const control = setInterval(() => {
			const now = performance.now();
			late.push(now - due);
			due = now + 10;
		}, 10);
		const [measured] = await measure(30, [{ name: placement, run: () => session.run(image) }], 20);
		clearInterval(control);
		late.sort((a, b) => a - b);
		const p99 = late[Math.ceil(0.99 * late.length) - 1] as number;
		report(`30 Hz, ${placement}`, measured as Measured);
		console.log(`${''.padEnd(34)} control late by p99 ${p99.toFixed(2)} ms`);
		await session.close();
	}
}

void main();
