import type { TimelineData } from '../../../lib/latency/timeline';
import { clearCanvas } from '../../shared/page.editor';

/** Room for the numbers at the left and the bottom, px. */
const margin = { left: 46, bottom: 18, top: 6, right: 6 };

/** Draws how the age went: a band from the least to the most of each slot, its mean, and the deadline. */
export function drawTimeline(canvas: HTMLCanvasElement, data: TimelineData, deadline: number | null): void {
	const c = canvas.getContext('2d')!;
	const [width, height] = clearCanvas(canvas, c);
	const colour = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`);

	const most = data.max.reduce<number>((a, b) => Math.max(a, b ?? 0), 0);
	const step = niceStep(Math.max(most, (deadline ?? 0) * 1.05, 0.01) / 4);
	const top = step * Math.ceil(Math.max(most, (deadline ?? 0) * 1.05, 0.01) / step);
	const count = data.max.length;
	const x = (slot: number) => margin.left + ((slot + 0.5) / count) * (width - margin.left - margin.right);
	const y = (value: number) => margin.top + (1 - value / top) * (height - margin.top - margin.bottom);

	c.font = '11px system-ui, sans-serif';
	c.fillStyle = colour('quiet');
	c.strokeStyle = colour('line');
	c.lineWidth = 1;
	c.textBaseline = 'middle';
	c.textAlign = 'right';
	for (let value = 0; value <= top + step / 2; value += step) {
		line(c, margin.left, y(value), width - margin.right, y(value));
		c.fillText(String(Number(value.toPrecision(3))), margin.left - 6, y(value));
	}
	c.textBaseline = 'alphabetic';
	c.textAlign = 'center';
	const seconds = (count * data.slot) / 1000;
	for (let ago = 10; ago < seconds; ago += 10) {
		c.fillText(`−${ago} s`, x(count - 0.5 - (ago / seconds) * count), height - 3);
	}

	const slotWidth = Math.max(1, (width - margin.left - margin.right) / count);
	c.fillStyle = colour('band');
	for (let slot = 0; slot < count; slot++) {
		const [low, high] = [data.min[slot], data.max[slot]];
		if (low === null || low === undefined || high === null || high === undefined) continue;
		c.fillRect(x(slot) - slotWidth / 2, y(high), slotWidth, Math.max(2, y(low) - y(high)));
	}
	c.strokeStyle = colour('mean');
	c.lineWidth = 1.6;
	c.beginPath();
	let isDown = false;
	for (let slot = 0; slot < count; slot++) {
		const value = data.mean[slot];
		if (value === null || value === undefined) isDown = false;
		else if (isDown) c.lineTo(x(slot), y(value));
		else {
			c.moveTo(x(slot), y(value));
			isDown = true;
		}
	}
	c.stroke();
	if (deadline === null) return;
	c.strokeStyle = colour('bad');
	c.lineWidth = 1;
	c.setLineDash([5, 4]);
	line(c, margin.left, y(deadline), width - margin.right, y(deadline));
	c.setLineDash([]);
}

function line(c: CanvasRenderingContext2D, x0: number, y0: number, x1: number, y1: number): void {
	c.beginPath();
	c.moveTo(x0, Math.round(y0) + 0.5);
	c.lineTo(x1, Math.round(y1) + 0.5);
	c.stroke();
}

/** The least of 1, 2, 5, 10, 20 ... (and their fractions) that is not below `least`. */
function niceStep(least: number): number {
	const power = 10 ** Math.floor(Math.log10(least));
	return [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= least * (1 - 1e-9)) ?? power * 10;
}
