import { countOf, describe, type NumberArray, numbersOf } from './elements';
import { steps } from './schema';
import type { Block, Carrier, Place } from './step';

/** The `state` option of the steps that need to know where the joints are. */
export function stateOption(what: string) {
	return steps({
		description: `Steps that give ${what}: mostly Latest of another topic, such as \`/joint_states\`, then Select fields with the names of the joints in the order of the action.`,
	});
}

/** Reads the state of the joints by steps of its own, checked against the number of joints. */
export class JointState {
	readonly #stage: ReturnType<Place['compile']>;
	readonly #perJoint: number;

	/**
	 * @param perJoint how many elements there are for each joint
	 * @throws RangeError when the steps give a message.
	 */
	constructor(list: readonly unknown[], perJoint: number, place: Place) {
		this.#stage = place.compile(list, 'state');
		this.#perJoint = perJoint;
		if (this.#stage.gives !== 'tensor')
			throw new RangeError('Expected the steps of `state` to give a tensor, got a message');
	}

	/** @throws RangeError when there are not as many as the action has. */
	read(input: Block, carrier: Carrier): NumberArray {
		const state = this.#stage.run(input, carrier) as Block;
		const expected = input.data.length * this.#perJoint;
		if (state.data.length !== expected) {
			throw new RangeError(
				`Expected \`state\` to give ${countOf(expected, 'element')} for ${describe(input)}, got ${describe(state)}`,
			);
		}
		return numbersOf(state);
	}

	reset(): void {
		this.#stage.reset?.();
	}
}
