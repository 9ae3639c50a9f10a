import { type FrameLayout, frameLayout, poseLength } from '../../../lib/sim/frame';
import type { Geom, RobotDescription } from '../../../lib/sim/protocol';
import { clearCanvas } from '../../shared/page.editor';
import { drawGeom, ends, type Pose, type Projection } from './shapes';

interface Shape {
	readonly geom: Geom;
	/** Where its pose is in a frame; undefined for one that never moves. */
	readonly at: number | undefined;
}

/** How long a trace stays, s of the robot's time; how long a push is shown after it, ms. */
const traceTime = 1.5;
const pushGlow = 600;
/** Length of the arrow of the largest command, as a part of the picture's height. */
const arrowLength = 0.16;

/** The picture of a robot: draws the newest frame into a canvas that fills its place. */
export class Scene {
	private readonly c: CanvasRenderingContext2D;
	private readonly at: FrameLayout;
	private readonly shapes: Shape[];
	private readonly bounds: [number, number, number, number];
	/** The trace of the last capsule's two ends; the one that goes further is its tip. */
	private trace: { time: number; ends: number[] }[] = [];
	private push = { until: 0, point: [0, 0] as number[], force: [0, 0] as number[] };
	private frame: Float32Array | undefined;

	constructor(
		private readonly canvas: HTMLCanvasElement,
		private readonly robot: RobotDescription,
	) {
		this.c = canvas.getContext('2d')!;
		this.at = frameLayout(robot);
		this.bounds = [...robot.bounds];
		let moving = 0;
		this.shapes = robot.geoms.map((geom) => ({
			geom,
			at: geom.pose ? undefined : this.at.poses + poseLength * moving++,
		}));
	}

	/** A new frame: to be drawn, and to go on with the trace. */
	take(frame: Float32Array): void {
		this.frame = frame;
		const time = frame[0]!;
		if (time < (this.trace.at(-1)?.time ?? 0)) this.trace = [];
		const tip = this.shapes.filter(({ geom, at }) => at !== undefined && geom.kind === 'capsule').at(-1);
		if (tip) this.trace.push({ time, ends: ends(tip.geom, { numbers: frame, at: tip.at! }) });
		while (this.trace.length > 0 && this.trace[0]!.time < time - traceTime) this.trace.shift();
		const [x, , z] = frame.subarray(this.at.pushForce, this.at.pushForce + 3);
		if (x || z) {
			const point = [frame[this.at.pushPoint]!, frame[this.at.pushPoint + 2]!];
			this.push = { until: performance.now() + pushGlow, point, force: [x!, z!] };
		}
	}

	/** Draws the newest frame, if there is one. */
	draw(): void {
		const { canvas, c, frame } = this;
		const [width, height] = clearCanvas(canvas, c);
		if (!frame) return;
		const style = getComputedStyle(document.documentElement);
		const theme = (name: string) => style.getPropertyValue(`--${name}`).trim();
		const to = this.project(width, height, frame);
		this.drawGrid(to, width, height, theme('grid'), theme('quiet'));
		this.drawTrace(to);

		const pose = ({ geom, at }: Shape): Pose =>
			at === undefined ? { numbers: geom.pose!, at: 0 } : { numbers: frame, at };
		const depth = (shape: Shape) => {
			const { numbers, at } = pose(shape);
			return numbers[at + 1]!;
		};
		const behind = rgbOf(theme('behind'));
		const fade = Number(theme('fade'));
		// Seen along y, the nearest last.
		for (const shape of [...this.shapes].sort((p, q) => depth(q) - depth(p))) {
			const colour = css(shape.geom.rgba, shape.at === undefined ? fade : 0, behind);
			drawGeom(c, shape.geom, pose(shape), to, colour);
		}
		this.drawCommand(to, frame, height, theme('command'));
		this.drawPush(to, height, theme('push'));
	}

	private project(width: number, height: number, frame: Float32Array): Projection {
		const { bounds } = this;
		// What goes beyond what was expected stays in sight.
		for (const { at } of this.shapes) {
			if (at === undefined) continue;
			const [x, z] = [frame[at]!, frame[at + 2]!];
			bounds[0] = Math.min(bounds[0], x);
			bounds[1] = Math.min(bounds[1], z);
			bounds[2] = Math.max(bounds[2], x);
			bounds[3] = Math.max(bounds[3], z);
		}
		const margin = Math.min(40, width / 20);
		const [spanX, spanZ] = [bounds[2] - bounds[0] || 1, bounds[3] - bounds[1] || 1];
		const scale = Math.min((width - 2 * margin) / spanX, (height - 2 * margin) / spanZ);
		const left = (width - spanX * scale) / 2 - bounds[0] * scale;
		const bottom = height - (height - spanZ * scale) / 2 + bounds[1] * scale;
		return { scale, x: (metres) => left + metres * scale, y: (metres) => bottom - metres * scale };
	}

	/** A grid in whole, half or tenth metres, whichever is readable; the numbers are at the bottom. */
	private drawGrid(to: Projection, width: number, height: number, colour: string, text: string): void {
		const { c } = this;
		const step = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100].find((metres) => metres * to.scale >= 70) ?? 100;
		c.lineWidth = 1;
		c.strokeStyle = colour;
		c.fillStyle = text;
		c.font = '11px system-ui, sans-serif';
		c.textAlign = 'center';
		c.beginPath();
		const first = Math.ceil((0 - to.x(0)) / to.scale / step);
		for (let i = first; to.x(i * step) <= width; i++) {
			const x = Math.round(to.x(i * step)) + 0.5;
			c.moveTo(x, 0);
			c.lineTo(x, height - 22);
			c.fillText(`${Number((i * step).toFixed(1))} m`, x, height - 6);
		}
		const lowest = Math.ceil((to.y(0) - height) / to.scale / step);
		for (let i = lowest; to.y(i * step) >= 0; i++) {
			const y = Math.round(to.y(i * step)) + 0.5;
			c.moveTo(0, y);
			c.lineTo(width, y);
		}
		c.stroke();
	}

	private drawTrace(to: Projection): void {
		const { c, trace } = this;
		const length = (end: number) =>
			trace.reduce((sum, { ends: e }, i) => {
				const before = trace[i - 1]?.ends;
				return before ? sum + Math.hypot(e[end]! - before[end]!, e[end + 1]! - before[end + 1]!) : 0;
			}, 0);
		const end = length(0) > length(2) ? 0 : 2;
		const tip = this.robot.geoms.filter((geom) => !geom.pose && geom.kind === 'capsule').at(-1);
		if (!tip || trace.length < 2) return;
		c.lineCap = 'round';
		c.lineWidth = 2.5;
		c.strokeStyle = css(tip.rgba, 0, [0, 0, 0]);
		const newest = trace.at(-1)!.time;
		for (let i = 1; i < trace.length; i++) {
			const [from, till] = [trace[i - 1]!, trace[i]!];
			c.globalAlpha = 0.55 * (1 - (newest - till.time) / traceTime);
			c.beginPath();
			c.moveTo(to.x(from.ends[end]!), to.y(from.ends[end + 1]!));
			c.lineTo(to.x(till.ends[end]!), to.y(till.ends[end + 1]!));
			c.stroke();
		}
		c.globalAlpha = 1;
	}

	/** The first actuator's force as an arrow at its joint, or its torque as one around it. */
	private drawCommand(to: Projection, frame: Float32Array, height: number, colour: string): void {
		const { drive, actuators } = this.robot;
		const command = frame[this.at.command];
		if (!drive || !command || actuators.length === 0) return;
		const range = actuators[0]!.range;
		const full = range ? Math.max(Math.abs(range[0]), Math.abs(range[1])) : Math.max(1, Math.abs(command));
		const part = Math.max(-1, Math.min(1, command / full));
		const [x, y] = [to.x(frame[this.at.driven]!), to.y(frame[this.at.driven + 2]!)];
		if (drive.kind === 'slide') {
			const length = arrowLength * height * part;
			this.arrow(x, y, x + length * drive.axis[0], y - length * drive.axis[2], colour);
			return;
		}
		// About an axis towards the viewer (-y) a positive torque turns counter-clockwise.
		const { c } = this;
		const sweep = 0.75 * Math.PI * part * -Math.sign(drive.axis[1]);
		const radius = Math.max(24, 0.2 * to.scale);
		const steps = 24;
		const start = -Math.PI / 2 + sweep / 2;
		c.strokeStyle = colour;
		c.lineWidth = 4;
		c.lineCap = 'round';
		c.beginPath();
		c.arc(x, y, radius, start, start - sweep, sweep > 0);
		c.stroke();
		const angle = (i: number) => start - (sweep * i) / steps;
		const end = angle(steps);
		const direction = sweep > 0 ? end - Math.PI / 2 : end + Math.PI / 2;
		this.head(x + radius * Math.cos(end), y + radius * Math.sin(end), direction, colour);
	}

	/** A push points at where it acts, and fades after it. */
	private drawPush(to: Projection, height: number, colour: string): void {
		const left = (this.push.until - performance.now()) / pushGlow;
		if (left <= 0) return;
		const [x, z] = this.push.force as [number, number];
		const length = (arrowLength * height) / Math.hypot(x, z);
		const [px, py] = [to.x(this.push.point[0]!), to.y(this.push.point[1]!)];
		this.c.globalAlpha = Math.min(1, 1.5 * left);
		this.arrow(px - x * length, py + z * length, px, py, colour);
		this.c.globalAlpha = 1;
	}

	private arrow(x0: number, y0: number, x1: number, y1: number, colour: string): void {
		const { c } = this;
		const length = Math.hypot(x1 - x0, y1 - y0);
		if (length < 3) return;
		c.strokeStyle = colour;
		c.lineWidth = 4;
		c.lineCap = 'round';
		c.beginPath();
		c.moveTo(x0, y0);
		c.lineTo(x1, y1);
		c.stroke();
		this.head(x1, y1, Math.atan2(y1 - y0, x1 - x0), colour);
	}

	private head(x: number, y: number, angle: number, colour: string): void {
		const { c } = this;
		const size = 11;
		c.fillStyle = colour;
		c.beginPath();
		c.moveTo(x + size * Math.cos(angle), y + size * Math.sin(angle));
		for (const side of [2.4, -2.4]) c.lineTo(x + size * Math.cos(angle + side), y + size * Math.sin(angle + side));
		c.closePath();
		c.fill();
	}
}

/** A colour of MJCF, moved towards another by `fade` (0 to 1). */
function css(rgba: Geom['rgba'], fade: number, towards: readonly number[]): string {
	const part = (i: number) => Math.round(255 * (rgba[i as 0] * (1 - fade)) + towards[i]! * fade);
	return `rgba(${part(0)}, ${part(1)}, ${part(2)}, ${rgba[3]})`;
}

function rgbOf(hex: string): number[] {
	return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}
