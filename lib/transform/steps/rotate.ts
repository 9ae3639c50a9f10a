import { describe, type NumberArray, numbersOf, resultType } from '../elements';
import { matrixOf, newQuaternion, orderOption, readQuaternion } from '../quaternion';
import { choice, flag } from '../schema';
import { type Block, defineStep } from '../step';

/** Turns vectors between body and world: [4 + 3k], a quaternion and k vectors, -> [3k]. */
export const rotate = defineStep({
	name: 'rotate',
	group: 'Geometry',
	title: 'Rotate between world and body',
	help: 'Turns vectors, such as a velocity, from the world into the frame of the body or back. The tensor holds the orientation first, then the vectors: select them in this order.',
	formula: '[q, v₁, v₂ …] → [Rᵀv₁, Rᵀv₂ …]',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		to: choice({
			description: 'The frame of the result.',
			default: 'body',
			prominent: true,
			choices: { body: 'of the body, from vectors of the world', world: 'of the world, from vectors of the body' },
		}),
		from: orderOption,
		yawOnly: flag({ description: 'Turn by the heading only, as for a velocity command in a level frame.' }),
	},
	create({ to, from, yawOnly }, { output }) {
		const q = newQuaternion();
		const m = new Float64Array(9);
		return {
			run(input: Block) {
				const x = numbersOf(input);
				const count = x.length - 4;
				if (count < 3 || count % 3 !== 0) {
					throw new RangeError(`Expected a quaternion and vectors of 3, 4 + 3 · k elements, got ${describe(input)}`);
				}
				readQuaternion(x, 0, from, q);
				if (yawOnly) keepYaw(q);
				matrixOf(q, m);
				const block = output.block(resultType(input.type), [count]);
				const out = block.data as NumberArray;
				// Row by row R v, column by column its transpose.
				const [row, column] = to === 'world' ? [3, 1] : [1, 3];
				for (let v = 0; v < count; v += 3) {
					const [a, b, c] = [x[4 + v] as number, x[5 + v] as number, x[6 + v] as number];
					for (let i = 0; i < 3; i++) {
						const at = i * row;
						out[v + i] = (m[at] as number) * a + (m[at + column] as number) * b + (m[at + 2 * column] as number) * c;
					}
				}
				return block;
			},
		};
	},
});

function keepYaw(q: { x: number; y: number; z: number; w: number }): void {
	const yaw = Math.atan2(2 * (q.w * q.z + q.x * q.y), 1 - 2 * (q.y * q.y + q.z * q.z));
	q.x = 0;
	q.y = 0;
	q.z = Math.sin(yaw / 2);
	q.w = Math.cos(yaw / 2);
}
