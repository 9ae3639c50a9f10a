import { type FrameLayout, frameLayout } from '../../../lib/sim/frame';
import type { RobotDescription } from '../../../lib/sim/protocol';
import { clearCanvas } from '../../shared/page.editor';

/** How much of the past a chart shows, s of the robot's time. */
const past = 10;

interface Value {
	readonly number: HTMLElement;
	readonly more: HTMLElement;
	readonly chart: HTMLCanvasElement | undefined;
	readonly history: [time: number, value: number][];
	/** The range to show; grows with what comes. */
	readonly range: [number, number];
}

/** The numbers of a robot below its picture: time, joints and commands, with the last ten seconds of each. */
export class Panel {
	private readonly at: FrameLayout;
	private readonly time: Value;
	private readonly joints: Value[];
	private readonly commands: Value[];

	constructor(
		private readonly place: HTMLElement,
		private readonly robot: RobotDescription,
	) {
		this.at = frameLayout(robot);
		place.replaceChildren();
		this.time = this.add('time', undefined);
		this.joints = robot.joints.map(({ name, kind }) => this.add(name, kind === 'hinge' ? 0.1 : 0.5));
		this.commands = robot.actuators.map(({ name, range }) => this.add(`command ${name}`, range?.[1] ?? 1));
	}

	/** Shows a frame. */
	show(frame: Float32Array): void {
		const time = frame[0]!;
		this.time.number.textContent = `${time.toFixed(1)} s`;
		for (const [i, { kind, range }] of this.robot.joints.entries()) {
			const [position, velocity] = [frame[this.at.position + i]!, frame[this.at.velocity + i]!];
			const value = this.joints[i]!;
			const hinge = kind === 'hinge';
			// A hinge without limits may have made many turns: the angle within one says more.
			const angle = range ? position : Math.atan2(Math.sin(position), Math.cos(position));
			value.number.textContent = hinge ? `${signed((angle * 180) / Math.PI, 1)}°` : `${signed(position, 3)} m`;
			value.more.textContent = hinge
				? `${signed(position, 3)} rad, ${signed(velocity, 2)} rad/s`
				: `${signed(velocity, 2)} m/s`;
			this.chart(value, time, hinge ? angle : position, 'quiet', hinge && !range ? Math.PI : Infinity);
		}
		for (const [i, value] of this.commands.entries()) {
			const command = frame[this.at.command + i]!;
			value.number.textContent = signed(command, 2);
			value.more.textContent = frame[this.at.commanded] === 1 ? 'held' : 'no command: motors rest';
			this.chart(value, time, command, 'command', Infinity);
		}
	}

	private add(name: string, range: number | undefined): Value {
		const make = (parent: HTMLElement, tag: string, className: string) => {
			const element = document.createElement(tag);
			element.className = className;
			return parent.appendChild(element);
		};
		const card = make(this.place, 'div', range === undefined ? 'value time' : 'value');
		make(card, 'div', 'name').textContent = name;
		return {
			number: make(card, 'div', 'number'),
			more: make(card, 'div', 'more'),
			chart: range === undefined ? undefined : (make(card, 'canvas', '') as HTMLCanvasElement),
			history: [],
			range: [-(range ?? 0), range ?? 0],
		};
	}

	/** @param jump a difference that is no way but a jump, from one half turn to the other: no line is drawn over it */
	private chart({ chart, history, range }: Value, time: number, value: number, colour: string, jump: number): void {
		if (!chart) return;
		if (time < (history.at(-1)?.[0] ?? 0)) history.length = 0;
		history.push([time, value]);
		while (history[0]![0] < time - past) history.shift();
		const lowest = Math.min(range[0], ...history.map(([, v]) => v));
		const highest = Math.max(range[1], ...history.map(([, v]) => v));

		const c = chart.getContext('2d')!;
		const [width, height] = clearCanvas(chart, c);
		const style = getComputedStyle(document.documentElement);
		const y = (v: number) => height - 2 - ((v - lowest) / (highest - lowest || 1)) * (height - 4);
		c.lineWidth = 1;
		c.strokeStyle = style.getPropertyValue('--line');
		c.beginPath();
		c.moveTo(0, y(0));
		c.lineTo(width, y(0));
		c.stroke();
		c.lineWidth = 1.6;
		c.lineJoin = 'round';
		c.strokeStyle = style.getPropertyValue(`--${colour}`);
		c.beginPath();
		let before = value;
		for (const [at, v] of history) {
			const x = width - ((time - at) / past) * width;
			if (Math.abs(v - before) > jump) c.moveTo(x, y(v));
			else c.lineTo(x, y(v));
			before = v;
		}
		c.stroke();
	}
}

/** A number with its sign, so that it does not jump sideways; never -0. */
function signed(value: number, digits: number): string {
	const text = Math.abs(value).toFixed(digits);
	return `${value < 0 && Number(text) !== 0 ? '−' : '+'}${text}`;
}
