import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BriefError } from '../../../lib/check';
import { observationSize } from '../../../lib/policy/contract';
import { expectedObservation, ObservationCheck } from '../../../lib/policy/expected';
import { readPolicy } from '../../../lib/policy/read';
import { stepsOf } from '../../../lib/policy/steps';
import { parseYaml } from '../../../lib/policy/yaml';
import { Tensor } from '../../../lib/tensor/tensor';
import { createPipeline } from '../../../lib/transform/pipeline';
import { seededRandom } from '../../../lib/transform/random';

/** Isaac Lab: what yaml.dump makes of two legs. */
const isaac = `
actions:
- action_type: JointAction
  clip:
  - - -1.0
    - 1.0
  - - -2.0
    - 2.0
  joint_names: [left, right]
  name: joint_position_action
  offset: [0.1, -0.2]
  scale: 0.5
articulations:
  robot:
    default_joint_damping: [5.0, 4.0]
    default_joint_pos: [-0.2, 0.1]
    default_joint_stiffness: [50.0, 40.0]
    joint_names: [right, left]
observations:
  policy:
  - {name: base_ang_vel, shape: [3], extras: {modifiers: null}, overloads: {clip: [-1.0, 1.0], scale: 0.25, history_length: 0}}
  - {name: projected_gravity, shape: [3], overloads: {clip: null, scale: null, history_length: 0}}
  - {name: generated_commands, shape: [3], overloads: {clip: null, scale: null, history_length: 0}}
  - name: joint_pos_rel
    joint_names: [left, right]
    joint_pos_offsets: [0.1, -0.2]
    overloads: {clip: null, scale: [1.0, 2.0], history_length: 2}
    shape: [2]
  - {name: last_action, shape: [2], overloads: {}}
scene: {decimation: 4, dt: 0.02, physics_dt: 0.005}
`;

const unitree = `
joint_ids_map: [1, 0]
step_dt: 0.02
stiffness: [20.0, 21.0]
damping: [1.0, 1.5]
default_joint_pos: [0.1, -0.2]
commands:
  base_velocity: {ranges: {lin_vel_x: [-0.5, 1.0], lin_vel_y: [-0.3, 0.3], ang_vel_z: [-0.2, 0.2], heading: null}}
actions:
  JointPositionAction:
    clip: null
    joint_names: [.*]
    scale: [0.5, 0.25]
    offset: [0.1, -0.2]
    joint_ids: !!python/object/apply:builtins.slice
    - null
    - null
    - null
observations:
  velocity_commands: {params: {command_name: base_velocity}, clip: null, scale: [1.0, 1.0, 1.0], history_length: 1}
  joint_pos_rel: {params: {}, clip: [-100, 100], scale: [1.0, 1.0], history_length: 1}
  height_scan: {params: {}, clip: null, scale: [1.0, 1.0, 1.0, 1.0], history_length: 1}
`;

const rlSarConfig = `
dog/policy:
  num_of_dofs: 2
  observations: ["ang_vel", "dof_pos", "dof_vel", "actions"]
  observations_history: [0, 1]
  clip_obs: 3.0
  clip_actions_lower: [-1.0, -1.0]
  clip_actions_upper: [1.0, 1.0]
  rl_kp: [20.0, 20.0]
  rl_kd: [0.5, 0.5]
  action_scale: [0.125, 0.25]
  ang_vel_scale: 0.25
  dof_pos_scale: 1.0
  dof_vel_scale: 0.05
  default_dof_pos: [0.1, -0.2]
  joint_mapping: [1, 0]
`;
const rlSarBase =
	'dog:\n  dt: 0.005\n  decimation: 4\n  num_of_dofs: 2\n  joint_names: ["left", "right"]\n  joint_mapping: [0, 1]\n';

const values = (given: unknown) => Array.from((given as Tensor).data as Float32Array);
function close(given: unknown, expected: number[]): void {
	const got = values(given);
	assert.equal(got.length, expected.length, `${got}`);
	for (const [i, value] of expected.entries()) {
		assert.ok(Math.abs((got[i] as number) - value) < 1e-6, `element ${i}: expected ${value}, got ${got[i]}`);
	}
}

const imu = {
	orientation: { x: 0, y: 0, z: 0, w: 1 },
	angular_velocity: { x: 0.4, y: -8, z: 2 },
	linear_acceleration: {},
};
const joints = (left: number, right: number) => ({
	name: ['right', 'left'],
	position: [right, left],
	velocity: [right * 10, left * 10],
});

describe('Isaac Lab IO descriptors', () => {
	const contract = readPolicy([isaac]);

	it('are read', () => {
		assert.deepEqual(
			[contract.rate, contract.joints, contract.stiffness, contract.damping],
			[50, ['left', 'right'], [40, 50], [4, 5]],
		);
		assert.deepEqual(contract.defaultPosition, [0.1, -0.2]);
		assert.equal(observationSize(contract), 3 + 3 + 3 + 2 * 2 + 2);
		assert.deepEqual(contract.unknown, []);
	});

	it('become an observation and a command', () => {
		const { observation, action } = stepsOf(contract);
		const memory = new Map<string, unknown>();
		const observe = createPipeline(observation, { memory, now: () => 0 });
		const act = createPipeline(action, { memory });
		observe.keep(imu, { topic: '/imu/data' });
		observe.keep({ linear: { x: 0.5, y: 0.25, z: 0 }, angular: { x: 0, y: 0, z: -1 } }, { topic: '/cmd_vel' });
		// By hand: clip then scale; minus the default position, times its scale; the history filled with the first.
		const first = [0.6 - 0.1, (0.3 + 0.2) * 2];
		close(observe.run(joints(0.6, 0.3)), [0.1, -0.25, 0.25, 0, 0, -1, 0.5, 0.25, -1, ...first, ...first, 0, 0]);
		const message = act.run(Tensor.from([[4, -1]])) as { name: string[]; position: Float64Array };
		assert.deepEqual(message.name, ['left', 'right']);
		// 4 · 0.5 + 0.1 is beyond the clip of 1.
		close(Tensor.from(message.position), [1, -1 * 0.5 - 0.2]);
		const second = [0.7 - 0.1, (0.4 + 0.2) * 2];
		close(observe.run(joints(0.7, 0.4)), [0.1, -0.25, 0.25, 0, 0, -1, 0.5, 0.25, -1, ...first, ...second, 4, -1]);
	});

	it('are checked against the input of the model', () => {
		const check = new ObservationCheck(expectedObservation(contract));
		check.checkModel({ name: 'obs', shape: [1, 15] });
		check.checkModel({ name: 'obs', shape: ['batch', 'n'] });
		assert.throws(
			() => check.checkModel({ name: 'obs', shape: [1, 16] }),
			/input "obs" has 15 elements .*\(base_ang_vel 3, .*\), got 16/,
		);
	});

	it('say what they do not know', () => {
		const text = isaac.replace('[50.0, 40.0]', '[0.0, 0.0]');
		const other = readPolicy([text]);
		assert.equal(other.stiffness, undefined);
		assert.ok(other.unknown.some((text) => /gains/.test(text)));
	});

	it('may have terms with joints in an order of their own', () => {
		const other = readPolicy([
			isaac.replace('joint_names: [left, right]\n    joint_pos', 'joint_names: [right, left]\n    joint_pos'),
		]);
		const [stack] = stepsOf(other).observation as unknown as [{ terms: { name: string; steps: object[] }[] }];
		const term = stack.terms.find(({ name }) => name === 'joint_pos_rel');
		// Right first: minus the first offset, times the first scale.
		close(createPipeline(term?.steps).run(joints(0.6, 0.3)), [0.3 - 0.1, (0.6 + 0.2) * 2, 0.3 - 0.1, (0.6 + 0.2) * 2]);
	});
});

describe('Unitree deploy.yaml', () => {
	const contract = readPolicy([unitree]);

	it('is read, and says that it has no names of joints', () => {
		assert.deepEqual(
			[contract.rate, contract.joints, contract.jointCount, contract.stiffness],
			[50, undefined, 2, [20, 21]],
		);
		assert.equal(observationSize(contract), 3 + 2 + 4);
		assert.match(contract.unknown[0] as string, /names of the 2 joints: .*1, 0/);
	});

	it('leaves what is not known so that it fails by name', () => {
		const { observation, action, unknown } = stepsOf(contract);
		assert.ok(unknown.some((text) => /height_scan/.test(text)));
		const open = /names of the joints, got "\?0": it is to be filled in/;
		assert.throws(() => createPipeline(observation), open);
		assert.throws(() => createPipeline(action), open);
		const named = (text: string) => JSON.parse(text.replaceAll('?0', 'a').replaceAll('?1', 'b'));
		assert.equal(createPipeline(named(JSON.stringify(action))).gives, 'message');
		const observe = createPipeline(named(JSON.stringify(observation)), { now: () => 0 });
		const state = { name: ['a', 'b'], position: [0, 0], velocity: [0, 0] };
		assert.throws(() => observe.run(state), /step 1 stack, term height_scan/);
	});

	it('limits a velocity command to its ranges, and takes zero when it is stale', () => {
		const [stack] = stepsOf(contract).observation as unknown as [{ terms: { steps: object[] }[] }];
		let now = 0;
		const command = createPipeline(stack.terms[0]?.steps, { now: () => now });
		close(command.run({}), [0, 0, 0]);
		command.keep({ linear: { x: 5, y: -0.1, z: 0 }, angular: { x: 0, y: 0, z: -7 } }, { topic: '/cmd_vel' });
		close(command.run({}), [1, -0.1, -0.2]);
		now = 501;
		close(command.run({}), [0, 0, 0]);
	});
});

describe('rl_sar configuration', () => {
	it('is read of both files in any order', () => {
		for (const files of [
			[rlSarConfig, rlSarBase],
			[rlSarBase, rlSarConfig],
		]) {
			const contract = readPolicy(files);
			// joint_mapping of the policy: its first joint is the second of the robot.
			assert.deepEqual([contract.rate, contract.joints], [50, ['right', 'left']]);
			assert.equal(observationSize(contract), 2 * (3 + 2 + 2 + 2));
			assert.deepEqual(contract.unknown, []);
		}
	});

	it('says what is in the other file', () => {
		assert.ok(readPolicy([rlSarConfig]).unknown.some((text) => /base\.yaml/.test(text)));
		assert.ok(readPolicy([rlSarBase]).unknown.some((text) => /config\.yaml/.test(text)));
	});

	it('becomes an observation of whole frames, newest first, clipped after scale', () => {
		const { observation, action } = stepsOf(readPolicy([rlSarConfig, rlSarBase]));
		const memory = new Map<string, unknown>();
		const observe = createPipeline(observation, { memory, now: () => 0 });
		observe.keep(imu, { topic: '/imu/data' });
		const frame = (right: number, left: number, last: number[]) => [
			0.1,
			-2,
			0.5,
			right - 0.1,
			left + 0.2,
			right * 0.5,
			left * 0.5,
			...last,
		];
		const first = frame(0.3, 0.6, [0, 0]);
		// Its buffer begins with zeros.
		close(observe.run(joints(0.6, 0.3)), [...first, ...first.map(() => 0)]);
		const act = createPipeline(action, { memory });
		const message = act.run([4, -0.5]) as { name: string[]; position: Float64Array };
		assert.deepEqual(message.name, ['right', 'left']);
		close(Tensor.from(message.position), [1 * 0.125 + 0.1, -0.5 * 0.25 - 0.2]);
		// The last action is what came out of the clip; 20 · 0.5 is beyond clip_obs.
		const second = [0.1, -2, 0.5, 3, 0.8, 3, 0.3, 1, -0.5];
		close(observe.run(joints(0.6, 20)), [...second, ...first]);
	});
});

describe('the observation of random states', () => {
	it('is that of the formulas within 1e-6', () => {
		const random = seededRandom(4);
		const between = (least: number, most: number) => least + random() * (most - least);
		const observe = createPipeline(stepsOf(readPolicy([isaac])).observation, { now: () => 0 });
		for (let round = 0; round < 200; round++) {
			observe.reset();
			const roll = between(-1, 1);
			const rates = [between(-2, 2), between(-2, 2), between(-2, 2)] as const;
			const [left, right] = [between(-3, 3), between(-3, 3)];
			const command = [between(-2, 2), between(-2, 2), between(-2, 2)] as const;
			observe.keep(
				{
					orientation: { x: Math.sin(roll / 2), y: 0, z: 0, w: Math.cos(roll / 2) },
					angular_velocity: { x: rates[0], y: rates[1], z: rates[2] },
				},
				{ topic: '/imu/data' },
			);
			observe.keep(
				{ linear: { x: command[0], y: command[1], z: 0 }, angular: { x: 0, y: 0, z: command[2] } },
				{ topic: '/cmd_vel' },
			);
			const given = observe.run(joints(left, right)) as Tensor;
			assert.equal(given.type, 'float32');
			const legs = [left - 0.1, (right + 0.2) * 2];
			close(given, [
				...rates.map((rate) => Math.min(Math.max(rate, -1), 1) * 0.25),
				0,
				-Math.sin(roll),
				-Math.cos(roll),
				...command,
				...legs,
				...legs,
				0,
				0,
			]);
		}
	});
});

describe('ONNX metadata', () => {
	it('comma-separated, as mjlab writes it', () => {
		const contract = readPolicy([
			JSON.stringify({
				joint_names: 'left,right',
				joint_stiffness: '20.000,21.000',
				joint_damping: '0.500,0.500',
				default_joint_pos: '0.100,-0.200',
				action_scale: '0.500',
				observation_names: 'base_ang_vel,projected_gravity,joint_pos,actions',
				run_path: 'somewhere',
			}),
		]);
		assert.deepEqual(
			[contract.joints, contract.stiffness, contract.action],
			[['left', 'right'], [20, 21], { scale: 0.5, offset: [0.1, -0.2] }],
		);
		assert.deepEqual(
			contract.observation.map(({ kind }) => kind),
			['base-angular-velocity', 'projected-gravity', 'joint-position', 'last-action'],
		);
		assert.equal(observationSize(contract), 10);
		assert.ok(contract.unknown.some((text) => /3 decimals/.test(text)));
	});

	it('does not take the command of a motion for one of a velocity', () => {
		const kinds = (commands: string) =>
			readPolicy([
				JSON.stringify({ joint_names: 'left,right', command_names: commands, observation_names: 'command,actions' }),
			]).observation.map(({ kind }) => kind);
		assert.deepEqual(kinds('twist'), ['velocity-command', 'last-action']);
		assert.deepEqual(kinds('motion'), [undefined, 'last-action']);
	});

	it('JSON, as holosoma writes it', () => {
		const contract = readPolicy([
			JSON.stringify({
				dof_names: '["left", "right"]',
				kp: '[20.5, 21]',
				kd: '[0.5, 0.5]',
				command_ranges: '{"lin_vel_x": [-1, 1], "lin_vel_y": [-0.5, 0.5], "ang_vel_yaw": [-2, 2], "heading": [-3, 3]}',
			}),
		]);
		assert.deepEqual(
			[contract.joints, contract.stiffness],
			[
				['left', 'right'],
				[20.5, 21],
			],
		);
		assert.deepEqual(contract.commandRanges, [
			[-1, 1],
			[-0.5, 0.5],
			[-2, 2],
		]);
		for (const what of [/terms of the observation/, /default positions/, /scale of the action/, /rate/]) {
			assert.ok(
				contract.unknown.some((text) => what.test(text)),
				String(what),
			);
		}
		assert.deepEqual(stepsOf(contract).observation, []);
	});
});

describe('the own JSON form', () => {
	const own = {
		format: 'ros2-inference-policy/1',
		rate: 50,
		joints: ['slider', 'hinge'],
		observation: [
			{ name: 'positions', kind: 'joint-position', scale: [0.5, 2], clip: [-1, 1], offset: [0, 0.5], history: 2 },
			{ name: 'joint_vel' },
		],
		action: {
			scale: 10,
			clip: [
				[-5, 5],
				[-1, 1],
			],
		},
	};

	it('is read and becomes steps', () => {
		const contract = readPolicy([JSON.stringify(own)]);
		assert.deepEqual([contract.unknown, observationSize(contract)], [[], 6]);
		const { observation, action } = stepsOf(contract);
		const message = { name: ['hinge', 'slider'], position: [3, 0.5], velocity: [7, 8] };
		close(createPipeline(observation).run(message), [0.25, 2, 0.25, 2, 8, 7]);
		const command = createPipeline(action).run([0.25, -3]) as { position: Float64Array };
		assert.deepEqual(Array.from(command.position), [2.5, -1]);
	});

	it('may have terms of some joints, a phase, and targets of several kinds', () => {
		const contract = readPolicy([
			JSON.stringify({
				...own,
				scaleFirst: true,
				observation: [
					{ name: 'speed', kind: 'joint-velocity', joints: ['hinge'], scale: 10, clip: [-1, 1] },
					{ name: 'gait', kind: 'phase', period: 0.08 },
				],
				history: { per: 'frame', length: 2, fill: 'zeros' },
				action: {
					rawClip: [
						[-1, 1],
						[-1, 1],
					],
					scale: [2, 3],
					offset: [0.5, 0],
					targets: ['position', 'velocity'],
				},
			}),
		]);
		assert.equal(observationSize(contract), 2 * 3);
		const { observation, action } = stepsOf(contract);
		const observe = createPipeline(observation);
		const message = { name: ['hinge', 'slider'], position: [3, 0.5], velocity: [0.3, 8] };
		close(observe.run(message), [0, 0, 0, 1, 0, 1]);
		// A quarter of the cycle later, at 50 Hz.
		close(observe.run({ ...message, velocity: [0.05, 8] }), [1, 0, 1, 0.5, 1, 0]);
		const command = createPipeline(action).run([4, -0.5]) as { position: Float64Array; velocity: Float64Array };
		assert.deepEqual(Array.from(command.position), [2.5, 0]);
		assert.deepEqual(Array.from(command.velocity), [0, -1.5]);
	});

	it('is refused where it is wrong, by name', () => {
		const wrong = (more: object, pattern: RegExp) =>
			assert.throws(() => readPolicy([JSON.stringify({ ...own, ...more })]), pattern);
		wrong({ rate: 0 }, /`rate`.*> 0/);
		wrong({ observation: [] }, /`observation` to have at least 1/);
		wrong({ observation: [{ name: 'x', kind: 'magic' }] }, /`observation\[0\]\.kind` to be one of/);
		wrong({ observation: [{ name: 'x', clip: [1, -1] }] }, /`observation\[0\]\.clip`/);
		wrong({ stiffness: [1, 2, 3] }, /`stiffness` to have 2 elements, one for each joint, got 3/);
		wrong({ history: { order: 'sideways' } }, /`history\.order`/);
		wrong({ scaleFirst: 'yes' }, /`scaleFirst`/);
		wrong({ action: { targets: ['position'] } }, /`action\.targets` to have 2 elements/);
		wrong({ action: { targets: ['position', 'angle'] } }, /`action\.targets\[1\]`/);
		wrong({ commandRanges: [[-1, 1]] }, /`commandRanges`/);
		wrong({ observation: [{ name: 'x', kind: 'phase', period: 0 }] }, /`observation\[0\]\.period`/);
	});
});

describe('files of which a part is something else', () => {
	/** The value with the part at a random place replaced. */
	function damaged(value: unknown, path: readonly number[], part: unknown): unknown {
		const [first, ...rest] = path;
		if (first === undefined || typeof value !== 'object' || value === null || Object.keys(value).length === 0)
			return part;
		const keys = Object.keys(value);
		const key = keys[first % keys.length] as string;
		const copy: Record<string, unknown> = Array.isArray(value) ? ([...value] as never) : { ...value };
		copy[key] = damaged(copy[key], rest, part);
		return copy;
	}

	it('are read or refused by a TypeError, RangeError or BriefError', () => {
		const wholes = [isaac, unitree, rlSarConfig, rlSarBase].map((text) => parseYaml(text));
		const parts = fc.oneof(
			fc.constantFrom(null, [], {}, '', 'x', -1, 0, 1e300, true, [null], [[]], [{}], { a: 1 }, ['a', 'b', 'c']),
			fc.jsonValue({ maxDepth: 2 }),
		);
		const places = fc.array(fc.nat(20), { minLength: 1, maxLength: 6 });
		let read = 0;
		fc.assert(
			fc.property(fc.constantFrom(...wholes), places, parts, (whole, place, part) => {
				try {
					const contract = readPolicy([JSON.stringify(damaged(whole, place, part))]);
					const { observation, action } = stepsOf(contract);
					read++;
					for (const steps of [observation, action]) if (steps.length > 0) createPipeline(steps);
				} catch (error) {
					const isExpected = error instanceof TypeError || error instanceof RangeError || error instanceof BriefError;
					assert.ok(
						isExpected && !/Cannot read|is not a function|not iterable|Invalid|Maximum/.test((error as Error).message),
						String((error as Error).stack),
					);
				}
			}),
			{ numRuns: 5000, seed: 12 },
		);
		assert.ok(read > 500, `only ${read} were read`);
	});
});

describe('files that are none of these', () => {
	it('are refused', () => {
		assert.throws(
			() => readPolicy(['a: 1\nb: 2']),
			(error: Error & { brief?: string }) => error.brief === 'unknown policy' && /a, b/.test(error.message),
		);
		assert.throws(() => readPolicy(['- 1']), TypeError);
		assert.throws(() => readPolicy([]), RangeError);
		assert.throws(
			() => readPolicy(['joint_ids_map: [0, 1]\nobservations: {}\nactions: {}\nstiffness: [1]']),
			/`stiffness` to have 2/,
		);
	});
});
