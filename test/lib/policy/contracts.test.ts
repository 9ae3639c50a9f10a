import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { observationSize } from '../../../lib/policy/contract';
import { expectedObservation, ObservationCheck } from '../../../lib/policy/expected';
import { readPolicy } from '../../../lib/policy/read';
import { stepsOf } from '../../../lib/policy/steps';
import { Tensor } from '../../../lib/tensor/tensor';
import { createPipeline } from '../../../lib/transform/pipeline';

interface State {
	/** x, y, z, w */
	readonly quaternion: readonly number[];
	readonly rates: readonly number[];
	readonly velocity: readonly number[];
	readonly command: readonly number[];
	readonly position: readonly number[];
	readonly speed: readonly number[];
	readonly action: readonly number[];
}

interface ContractCase {
	readonly name: string;
	readonly texts: readonly string[];
	/** The joints, in the order of the states. */
	readonly names: readonly string[];
	readonly model: Record<string, string>;
	/** How many sentences about what is not known. */
	readonly unknown: number;
	readonly runs: readonly {
		readonly state: State;
		readonly observation: readonly number[];
		readonly command: Readonly<Record<string, readonly number[]>>;
		readonly names: readonly string[];
	}[];
}

const path = join(__dirname, '../../../../test/fixtures/transform/contracts.json');
const cases = JSON.parse(readFileSync(path, 'utf8')) as ContractCase[];

function near(given: ArrayLike<number>, expected: readonly number[], what: string): void {
	assert.equal(given.length, expected.length, what);
	for (const [i, wanted] of expected.entries()) {
		const got = given[i] as number;
		assert.ok(Math.abs(got - wanted) <= 1e-6, `${what} ${i}: expected ${wanted}, got ${got}`);
	}
}

const xyz = ([x, y, z]: readonly number[]) => ({ x, y, z });

describe('contracts, compared with the formulas of the trainers in NumPy', () => {
	for (const { name, texts, names, model, unknown, runs } of cases) {
		it(name, () => {
			const contract = readPolicy(texts, model);
			const steps = stepsOf(contract);
			assert.equal(steps.unknown.length, unknown, steps.unknown.join('\n'));
			assert.equal(observationSize(contract), runs[0]?.observation.length);
			new ObservationCheck(expectedObservation(contract)).checkSteps(steps.observation);
			const memory = new Map<string, unknown>();
			const observe = createPipeline(steps.observation, { memory, now: () => 0 });
			const act = createPipeline(steps.action, { memory });
			for (const { state, observation, command, names: order } of runs) {
				const [x, y, z, w] = state.quaternion;
				const orientation = { x, y, z, w };
				observe.keep({ orientation, angular_velocity: xyz(state.rates) }, { topic: '/imu/data' });
				const twist = { linear: xyz(state.velocity), angular: xyz(state.rates) };
				observe.keep({ twist: { twist } }, { topic: '/odom' });
				const [forward, left, turn] = state.command;
				const wanted = { linear: { x: forward, y: left, z: 0 }, angular: { x: 0, y: 0, z: turn } };
				observe.keep(wanted, { topic: '/cmd_vel' });
				// The robot has its joints in another order.
				const message = {
					name: [...names].reverse(),
					position: [...state.position].reverse(),
					velocity: [...state.speed].reverse(),
				};
				near((observe.run(message) as Tensor).data as Float32Array, observation, 'observation');
				const given = act.run(new Tensor('float32', [1, names.length], Float32Array.from(state.action)));
				assert.deepEqual((given as Record<string, unknown>).name, order);
				for (const [field, values] of Object.entries(command)) {
					near((given as Record<string, Float64Array>)[field] ?? [], values, field);
				}
			}
		});
	}

	it('leave an action that is not read to a person', () => {
		const [isaac] = cases as [ContractCase];
		const text = isaac.texts[0] as string;
		const other = text.replace('JointVelocityAction', 'BinaryJointPositionAction');
		assert.notEqual(other, text);
		const { action, unknown } = stepsOf(readPolicy([other]));
		assert.deepEqual(action, []);
		assert.ok(unknown.some((sentence) => /action wheels: it is a BinaryJointPositionAction/.test(sentence)));
	});

	it('are refused when a part is of joints that there are not, or of an older form', () => {
		const find = (part: string) => cases.find(({ name }) => name.startsWith(part)) as ContractCase;
		const change = (part: string, from: RegExp, to: string) => {
			const { texts, model } = find(part);
			const changed = texts.map((text) => text.replace(from, to));
			assert.notDeepEqual(changed, texts);
			return () => readPolicy(changed, model);
		};
		assert.throws(change('Unitree', /(joint_ids:.*\n\s*)- 0\n/, '$1- 9\n'), /from 0 to 5, got 9/);
		assert.throws(change('rl_sar', /(wheel_indices:.*\n\s*)- 4\n/, '$1- 6\n'), /`wheel_indices`/);
		assert.throws(
			change('rl_sar', /num_of_dofs: 6/, 'num_of_dofs: 6\n  framework: isaacsim'),
			/older one with `framework/,
		);
		assert.throws(
			change('rl_sar', /num_of_dofs: 6/, 'num_of_dofs: 6\n  hip_scale_reduction: 0.5'),
			/hip_scale_reduction/,
		);
		assert.throws(change('Unitree, whole', /history_length: 3/, 'history_length: 2'), /same history_length/);
	});
});
