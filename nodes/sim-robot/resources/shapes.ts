import type { Geom } from '../../../lib/sim/protocol';

/** A position (3) and an orientation matrix by rows (9), in an array from `at` on. */
export interface Pose {
	readonly numbers: ArrayLike<number>;
	readonly at: number;
}

/** From metres of the x-z plane to pixels. */
export interface Projection {
	readonly scale: number;
	x(metres: number): number;
	y(metres: number): number;
}

type Point = readonly [number, number];

/** Thinnest line that is still easy to see, pixels. */
const thinnest = 7;

/** Draws a shape as it is seen from the front: along y, x to the right and z up. */
export function drawGeom(c: CanvasRenderingContext2D, geom: Geom, pose: Pose, to: Projection, colour: string): void {
	const { numbers, at } = pose;
	const [a, b, d] = geom.size;
	/** A point of the shape in pixels. */
	const point = (x: number, y: number, z: number): Point => {
		const row = (i: number) => numbers[i]! * x + numbers[i + 1]! * y + numbers[i + 2]! * z;
		return [to.x(numbers[at]! + row(at + 3)), to.y(numbers[at + 2]! + row(at + 9))];
	};
	c.fillStyle = colour;
	c.strokeStyle = colour;
	c.lineJoin = 'round';
	switch (geom.kind) {
		case 'plane': {
			const y = to.y(numbers[at + 2]!);
			c.fillRect(0, y, c.canvas.width, Math.max(2, to.scale * 0.02));
			break;
		}
		case 'sphere':
			circle(c, point(0, 0, 0), a * to.scale);
			break;
		case 'capsule':
			line(c, [point(0, 0, -b), point(0, 0, b)], Math.max(thinnest, 2 * a * to.scale), 'round');
			break;
		case 'cylinder': {
			const seenFromItsEnd = Math.abs(numbers[at + 8]!) > 0.7;
			if (seenFromItsEnd) circle(c, point(0, 0, 0), Math.max(thinnest / 2, a * to.scale));
			else line(c, [point(0, 0, -b), point(0, 0, b)], Math.max(thinnest, 2 * a * to.scale), 'butt');
			break;
		}
		case 'ellipsoid': {
			const outline: Point[] = [];
			for (let i = 0; i < 200; i++) {
				// Points spread evenly over a sphere; their hull is the outline of what it is stretched to.
				const z = 1 - (2 * i + 1) / 200;
				const turn = i * Math.PI * (3 - Math.sqrt(5));
				const r = Math.sqrt(1 - z * z);
				outline.push(point(a * r * Math.cos(turn), b * r * Math.sin(turn), d * z));
			}
			polygon(c, hull(outline));
			break;
		}
		case 'box': {
			const corners: Point[] = [];
			for (let i = 0; i < 8; i++) corners.push(point(i & 1 ? a : -a, i & 2 ? b : -b, i & 4 ? d : -d));
			polygon(c, hull(corners));
			break;
		}
	}
}

/** Both ends of a capsule in metres: x, z, x, z. */
export function ends(geom: Geom, { numbers, at }: Pose): [number, number, number, number] {
	const [x, z] = [numbers[at + 5]! * geom.size[1], numbers[at + 11]! * geom.size[1]];
	const [cx, cz] = [numbers[at]!, numbers[at + 2]!];
	return [cx - x, cz - z, cx + x, cz + z];
}

function circle(c: CanvasRenderingContext2D, [x, y]: Point, radius: number): void {
	c.beginPath();
	c.arc(x, y, radius, 0, 2 * Math.PI);
	c.fill();
}

function line(c: CanvasRenderingContext2D, points: Point[], width: number, cap: CanvasLineCap): void {
	c.lineWidth = width;
	c.lineCap = cap;
	c.beginPath();
	for (const [x, y] of points) c.lineTo(x, y);
	c.stroke();
}

function polygon(c: CanvasRenderingContext2D, points: Point[]): void {
	c.beginPath();
	for (const [x, y] of points) c.lineTo(x, y);
	c.closePath();
	c.fill();
	// A thin edge of the same colour rounds the corners.
	c.lineWidth = 2;
	c.stroke();
}

/** The convex outline of points: Andrew's monotone chain. */
function hull(points: Point[]): Point[] {
	const sorted = [...points].sort((p, q) => p[0] - q[0] || p[1] - q[1]);
	const half = (from: Point[]) => {
		const chain: Point[] = [];
		for (const p of from) {
			while (chain.length >= 2) {
				const [q, r] = [chain.at(-1)!, chain.at(-2)!];
				if ((q[0] - r[0]) * (p[1] - r[1]) - (q[1] - r[1]) * (p[0] - r[0]) > 0) break;
				chain.pop();
			}
			chain.push(p);
		}
		return chain.slice(0, -1);
	};
	return [...half(sorted), ...half(sorted.reverse())];
}
