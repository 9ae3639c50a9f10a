import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileMujoco, instantiateMujoco } from '../../../lib/sim/mujoco';
import { Physics } from '../../../lib/sim/physics';

/** From dist/test/lib/sim up to the package. */
const robots = join(__dirname, '..', '..', '..', '..', 'robots');

/** The MJCF of a robot of the package. */
export function mjcf(name: string): string {
	return readFileSync(join(robots, `${name}.xml`), 'utf8');
}

let mujoco: ReturnType<typeof instantiateMujoco> | undefined;

/** Loads MJCF in this thread. */
export async function load(xml: string): Promise<Physics> {
	mujoco ??= compileMujoco().then(instantiateMujoco);
	return new Physics(await mujoco, xml);
}

/** Position and velocity of the joints. */
export function joints(physics: Physics): { position: Float64Array; velocity: Float64Array; effort: Float64Array } {
	const count = physics.description.joints.length;
	const state = {
		position: new Float64Array(count),
		velocity: new Float64Array(count),
		effort: new Float64Array(count),
	};
	physics.readJoints(state.position, state.velocity, state.effort);
	return state;
}

/** Asserts that two numbers agree to within `tolerance`. */
export function close(actual: number | undefined, expected: number, tolerance: number, what: string): void {
	if (actual === undefined || !(Math.abs(actual - expected) <= tolerance)) {
		throw new Error(`${what}: expected ${expected} within ${tolerance}, got ${actual}`);
	}
}
