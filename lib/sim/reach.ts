import type { Data, Model } from './physics';

const [slide, hinge] = [2, 3];
const plane = 0;

/**
 * The part of the x-z plane that a robot with its surroundings can be in: each shape with the circle that its nearest
 * hinge swings it in, shifted by the ranges of the slides before. A good guess, for the picture to start with.
 * @returns left, bottom, right, top, m
 */
export function reach(model: Model, data: Data): [number, number, number, number] {
	const bounds: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
	for (let geom = 0; geom < model.ngeom; geom++) {
		if (model.geom_type[geom] === plane) continue;
		let centre: ArrayLike<number> = data.geom_xpos.subarray(3 * geom, 3 * geom + 3);
		let body: number = model.geom_bodyid[geom];
		let [x, z] = extent(model, data, geom);
		if (model.body_weldid[body] !== 0) x = z = model.geom_rbound[geom];
		const shift = [0, 0, 0, 0] as [number, number, number, number];
		for (let swung = false; body > 0; body = model.body_parentid[body]) {
			for (let i = model.body_jntnum[body] - 1; i >= 0; i--) {
				const joint: number = model.body_jntadr[body] + i;
				const anchor = data.xanchor.subarray(3 * joint, 3 * joint + 3);
				if (model.jnt_type[joint] === hinge && !swung) {
					x = z = x + Math.hypot(centre[0]! - anchor[0], centre[2]! - anchor[2]);
					centre = anchor;
					swung = true;
				}
				if (model.jnt_type[joint] !== slide) continue;
				for (const limit of model.jnt_range.subarray(2 * joint, 2 * joint + 2)) {
					widen(shift, limit * data.xaxis[3 * joint], limit * data.xaxis[3 * joint + 2]);
				}
			}
		}
		widen(bounds, centre[0]! - x + shift[0], centre[2]! - z + shift[1]);
		widen(bounds, centre[0]! + x + shift[2], centre[2]! + z + shift[3]);
	}
	return bounds[0] <= bounds[2] ? bounds : [-1, -1, 1, 1];
}

/** Half width and half height of a shape as it stands. */
function extent(model: Model, data: Data, geom: number): [number, number] {
	const half = model.geom_aabb.subarray(6 * geom + 3, 6 * geom + 6);
	const row = (i: number) => {
		const [a, b, c] = data.geom_xmat.subarray(9 * geom + 3 * i, 9 * geom + 3 * i + 3);
		return Math.abs(a) * half[0] + Math.abs(b) * half[1] + Math.abs(c) * half[2];
	};
	return [row(0), row(2)];
}

function widen(bounds: [number, number, number, number], x: number, z: number): void {
	bounds[0] = Math.min(bounds[0], x);
	bounds[1] = Math.min(bounds[1], z);
	bounds[2] = Math.max(bounds[2], x);
	bounds[3] = Math.max(bounds[3], z);
}
