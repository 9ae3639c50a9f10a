/**
 * What transforms cost: a camera image, an observation and a laser scan, each against a plain loop in the same process,
 * and the image against OpenCV and NumPy where Python has them. `node dist/bench/transform.js [seconds per case]`
 */
import { spawnSync } from 'node:child_process';
import { type HeapProfiler, Session } from 'node:inspector';
import { performance } from 'node:perf_hooks';
import { Tensor } from '../lib/tensor/tensor';
import { ImageWorker } from '../lib/transform/image/image-worker';
import { createPipeline, type Pipeline } from '../lib/transform/pipeline';
import { seededRandom } from '../lib/transform/random';

const seconds = Number(process.argv[2] ?? 1.5);

/** The median time of a call, us, of batches that take some milliseconds each. */
function time(action: () => unknown): number {
	const end = performance.now() + seconds * 1000;
	for (let i = 0; i < 20; i++) action();
	let count = 1;
	const rates: number[] = [];
	while (performance.now() < end || rates.length < 5) {
		const start = performance.now();
		for (let i = 0; i < count; i++) action();
		const took = performance.now() - start;
		if (took < 4 && count < 1e6) count *= 2;
		else rates.push((took * 1000) / count);
	}
	return rates.sort((a, b) => a - b)[rates.length >> 1] as number;
}

/** How many bytes a call takes of the heap, the memory of arrays aside, by V8's own sampling of what is allocated. */
function allocated(action: () => unknown): number {
	const session = new Session();
	session.connect();
	const calls = 1000;
	// Not before the last stage of compilation.
	for (let i = 0; i < calls; i++) action();
	let bytes = 0;
	const options = {
		samplingInterval: 256,
		includeObjectsCollectedByMajorGC: true,
		includeObjectsCollectedByMinorGC: true,
	};
	session.post('HeapProfiler.enable');
	session.post('HeapProfiler.startSampling', options);
	for (let i = 0; i < calls; i++) action();
	session.post('HeapProfiler.stopSampling', (_error, { profile }) => {
		const add = ({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode) => {
			bytes += selfSize;
			children.forEach(add);
		};
		add(profile.head);
	});
	session.disconnect();
	return bytes / calls;
}

/** What a call takes of the heap besides its result. */
function garbage(action: () => unknown, result: () => unknown): string {
	const own = allocated(result);
	const all = allocated(action);
	return `${Math.round(all)} bytes of the heap for an image, ${Math.round(own)} of them its tensor`;
}

const us = (value: number) => `${value.toFixed(value < 100 ? 2 : 0)} us`;

const random = seededRandom(1);
const bytes = Uint8Array.from({ length: 640 * 480 * 3 }, () => Math.floor(random() * 256));
const picture = { encoding: 'bgr8', width: 640, height: 480, step: 1920, is_bigendian: 0, data: bytes };
const mean = [0.485, 0.456, 0.406];
const std = [0.229, 0.224, 0.225];

const emptyTensor = () => new Tensor('float32', [1, 3, 224, 224], new Float32Array(3 * 224 * 224));

/** The least a program in JavaScript can do: one pass with floating point weights. */
function plainImage(): Float32Array {
	const size = 224;
	const out = new Float32Array(3 * size * size);
	for (let y = 0; y < size; y++) {
		const sy = Math.max(0, ((y + 0.5) * 480) / size - 0.5);
		const y0 = Math.floor(sy);
		const fy = sy - y0;
		const top = y0 * 1920;
		const bottom = Math.min(y0 + 1, 479) * 1920;
		for (let x = 0; x < size; x++) {
			const sx = Math.max(0, ((x + 0.5) * 640) / size - 0.5);
			const x0 = Math.floor(sx);
			const fx = sx - x0;
			const left = x0 * 3;
			const right = Math.min(x0 + 1, 639) * 3;
			for (let c = 0; c < 3; c++) {
				const s = 2 - c;
				const a = bytes[top + left + s] as number;
				const b = bytes[top + right + s] as number;
				const d = bytes[bottom + left + s] as number;
				const e = bytes[bottom + right + s] as number;
				const upper = a + (b - a) * fx;
				const value = (upper + (d + (e - d) * fx - upper) * fy) / 255;
				out[c * size * size + y * size + x] = (value - (mean[c] as number)) / (std[c] as number);
			}
		}
	}
	return out;
}

/** OpenCV and NumPy on an image of the same size, one thread; undefined where Python does not have them. */
function python(): { version: string; plain: number; blob: number } | undefined {
	const program = `
import json, time, cv2, numpy as np
cv2.setNumThreads(1)
image = np.random.default_rng(1).integers(0, 256, (480, 640, 3), dtype=np.uint8)
mean = np.array(${JSON.stringify(mean)}, np.float32)
std = np.array(${JSON.stringify(std)}, np.float32)
def plain():
    small = cv2.resize(image, (224, 224), interpolation=cv2.INTER_LINEAR)
    x = (small[..., ::-1].astype(np.float32) / 255 - mean) / std
    return np.ascontiguousarray(x.transpose(2, 0, 1)[None])
def blob():
    return cv2.dnn.blobFromImage(image, 1 / 255 / 0.226, (224, 224), (mean * 255).tolist(), swapRB=True)
def median(action):
    for _ in range(20): action()
    times, end = [], time.perf_counter() + ${seconds}
    while time.perf_counter() < end:
        start = time.perf_counter(); action(); times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2] * 1e6
print(json.dumps({"version": cv2.__version__ + ", NumPy " + np.__version__, "plain": median(plain), "blob": median(blob)}))`;
	const { status, stdout } = spawnSync('python3', ['-c', program], { encoding: 'utf8' });
	return status === 0 ? JSON.parse(stdout) : undefined;
}

function imageCase(): void {
	const step = { type: 'image', width: 224, height: 224, mean, std };
	const pipeline = createPipeline([step]);
	// By turns, so that both see the machine as loaded as it is.
	const ours = Math.min(
		time(() => pipeline.run(picture)),
		time(() => pipeline.run(picture)),
	);
	const loop = time(plainImage);
	const opencv = python();
	const again = time(() => pipeline.run(picture));
	const own = Math.min(ours, again);
	console.log(`640x480 bgr8 -> [1, 3, 224, 224], bilinear, normalized: ${us(own)}`);
	console.log(`  ${(own / loop).toFixed(2)} of a plain loop in JavaScript (${us(loop)})`);
	if (opencv === undefined) console.log('  no comparison with OpenCV: python3 cannot import cv2 and numpy here');
	else {
		console.log(
			`  ${(own / opencv.plain).toFixed(2)} of OpenCV ${opencv.version} (${us(opencv.plain)}); at most 0.6 is wanted`,
		);
		console.log(
			`  ${(own / opencv.blob).toFixed(2)} of cv2.dnn.blobFromImage (${us(opencv.blob)}); at most 1.0 is wanted`,
		);
	}
	console.log(`  ${garbage(() => pipeline.run(picture), emptyTensor)}`);
}

const joints = Array.from({ length: 12 }, (_joint, i) => `joint_${i}`);

/** 48 terms as a walking robot has them: angular velocity, gravity, command, positions, velocities, last action. */
function observation(): { pipeline: Pipeline; plain: () => Float32Array; message: object } {
	const select = (field: string) => ({ type: 'select', fields: [field], names: joints, as: 'float64' });
	const latest = (topic: string) => ({ type: 'latest', topic, maxAge: 1e6 });
	const offset = joints.map((_joint, i) => i / 10);
	const terms = [
		{
			name: 'velocity',
			steps: [latest('/odom'), { type: 'odometry', parts: [{ part: 'linear-velocity' }], as: 'float64' }],
		},
		{ name: 'turning', steps: [latest('/imu'), { type: 'imu', parts: [{ part: 'angular-velocity' }], as: 'float64' }] },
		{
			name: 'gravity',
			steps: [
				latest('/imu'),
				{ type: 'imu', parts: [{ part: 'orientation' }], as: 'float64' },
				{ type: 'projected-gravity' },
			],
		},
		{
			name: 'command',
			steps: [latest('/cmd'), { type: 'select', fields: ['linear.x', 'linear.y', 'angular.z'], as: 'float64' }],
		},
		{ name: 'position', steps: [select('position'), { type: 'offset', offset: offset.map((value) => -value) }] },
		{ name: 'speed', steps: [select('velocity'), { type: 'scale', factor: 0.05 }] },
		{ name: 'action', steps: [{ type: 'recall', size: 12, as: 'float64' }] },
	];
	const pipeline = createPipeline([
		{ type: 'stack', terms, batch: true },
		{ type: 'cast', to: 'float32' },
	]);
	const xyz = { x: 0.1, y: 0.2, z: 0.3 };
	const imu = { orientation: { x: 0, y: 0, z: 0, w: 1 }, angular_velocity: xyz, linear_acceleration: xyz };
	const command = { linear: xyz, angular: xyz };
	pipeline.keep(imu, { topic: '/imu' });
	pipeline.keep(
		{ twist: { twist: command }, pose: { pose: { position: xyz, orientation: imu.orientation } } },
		{ topic: '/odom' },
	);
	pipeline.keep(command, { topic: '/cmd' });
	const message = {
		name: [...joints].reverse(),
		position: Float64Array.from(joints, (_joint, i) => i),
		velocity: Float64Array.from(joints, (_joint, i) => i),
	};
	/** The same with the places of the joints written down, as a program for one robot may. */
	const plain = () => {
		const out = new Float32Array(48);
		const { x, y, z, w } = imu.orientation;
		out.set([xyz.x, xyz.y, xyz.z, xyz.x, xyz.y, xyz.z]);
		out[6] = 2 * (w * y - x * z);
		out[7] = -2 * (y * z + w * x);
		out[8] = 2 * (x * x + y * y) - 1;
		out.set([command.linear.x, command.linear.y, command.angular.z], 9);
		for (let i = 0; i < 12; i++) {
			out[12 + i] = (message.position[11 - i] as number) - (offset[i] as number);
			out[24 + i] = (message.velocity[11 - i] as number) * 0.05;
		}
		return out;
	};
	return { pipeline, plain, message };
}

function observationCase(): void {
	const { pipeline, plain, message } = observation();
	const ours = time(() => pipeline.run(message));
	const loop = time(plain);
	console.log(`48 terms of joint states, Imu, odometry and a command: ${us(ours)}; at most 5 us is wanted`);
	console.log(`  ${(ours / loop).toFixed(1)} of a program for this one robot (${us(loop)})`);
}

function scanCase(): void {
	const ranges = Float32Array.from({ length: 1080 }, (_beam, i) =>
		i % 50 === 0 ? Number.POSITIVE_INFINITY : 1 + (i % 7),
	);
	const message = {
		angle_min: -2.35,
		angle_max: 2.35,
		angle_increment: 4.7 / 1079,
		range_min: 0.1,
		range_max: 10,
		ranges,
	};
	const pipeline = createPipeline([{ type: 'laser', beams: 36, normalize: true }]);
	const ours = time(() => pipeline.run(message));
	const plain = () => {
		const out = new Float32Array(36).fill(1);
		for (let i = 0; i < 1080; i++) {
			const range = ranges[i] as number;
			const to = Math.floor(i / 30);
			if (range >= 0.1 && range / 10 < (out[to] as number)) out[to] = range / 10;
		}
		return out;
	};
	const loop = time(plain);
	console.log(`1080 beams -> 36, nearest of each part: ${us(ours)}; at most 20 us is wanted`);
	console.log(`  ${(ours / loop).toFixed(1)} of a plain loop (${us(loop)})`);
}

/** For how long an image that takes long holds up everything else, ms: the thread only takes the copy of its bytes. */
async function threadCase(): Promise<void> {
	const [width, height] = [1920, 1080];
	const data = Buffer.alloc(width * height * 3, 100);
	const large = { encoding: 'bgr8', width, height, step: width * 3, is_bigendian: 0, data };
	const step = { type: 'image', width: 640, height: 640, fit: 'letterbox', method: 'area', mean, std };
	const pipeline = createPipeline([step]);
	const here = time(() => pipeline.run(large));
	const worker = new ImageWorker(step);
	for (let i = 0; i < 20; i++) await worker.run(large);
	const before = performance.eventLoopUtilization();
	const start = performance.now();
	const images = 40;
	for (let i = 0; i < images; i++) await worker.run(large);
	const took = (performance.now() - start) / images;
	const { active } = performance.eventLoopUtilization(before);
	await worker.close();
	console.log(`1920x1080 bgr8 -> [1, 3, 640, 640], letterbox, area: ${us(here)} in Node-RED's own thread`);
	console.log(`  ${us((active * 1000) / images)} of it with a thread for images, ${us(took * 1000)} until the result`);
}

async function main(): Promise<void> {
	imageCase();
	await threadCase();
	observationCase();
	scanCase();
}

void main();
