import assert from 'node:assert/strict';
import { Pacer } from '../../../lib/sim/pacer';
import type { Physics } from '../../../lib/sim/physics';
import type { RobotState } from '../../../lib/sim/protocol';
import { Robot } from '../../../lib/sim/robot';
import { type Clocks, Runner } from '../../../lib/sim/runner';
import { close, joints, load, mjcf } from './robots';

describe('sim: the motor driver', () => {
	let physics: Physics;
	before(async () => {
		physics = await load(mjcf('cart-pole'));
	});
	beforeEach(() => physics.reset());
	after(() => physics.close());

	const steps = (robot: Robot, count: number) => {
		for (let i = 0; i < count; i++) robot.step();
	};

	it('holds a command until the timeout and no longer', () => {
		const robot = new Robot(physics, 0.5);
		robot.command([3]);
		steps(robot, 250);
		assert.equal(joints(physics).effort[0], 3);
		assert.equal(robot.commanded, true);
		steps(robot, 1);
		assert.equal(joints(physics).effort[0], 0);
		assert.equal(robot.commanded, false);
		robot.command([-3]);
		steps(robot, 1);
		assert.equal(joints(physics).effort[0], -3);
	});

	it('holds for as long as commands come, and for ever with a timeout of 0', () => {
		const robot = new Robot(physics, 0.5);
		for (let i = 0; i < 4; i++) {
			robot.command([3]);
			steps(robot, 200);
		}
		assert.equal(joints(physics).effort[0], 3);
		const patient = new Robot(physics, 0);
		patient.command([2]);
		steps(patient, 2000);
		assert.equal(joints(physics).effort[0], 2);
	});

	it('pushes for as long as asked', () => {
		const robot = new Robot(physics, 0.5);
		robot.reset([[1, Math.PI]]);
		robot.push({ body: 0, force: [2, 0, 0], duration: 0.1 });
		const momentum = () => {
			const { position, velocity } = joints(physics);
			return 1.1 * velocity[0]! + 0.1 * 0.5 * Math.cos(position[1]!) * velocity[1]!;
		};
		steps(robot, 50);
		close(momentum(), 0.2, 1e-6, 'momentum along the rail');
		steps(robot, 50);
		close(momentum(), 0.2, 1e-6, 'momentum after the push');
	});

	it('ends command and push at a reset', () => {
		const robot = new Robot(physics, 0);
		robot.command([5]);
		robot.push({ body: 1, force: [2, 0, 0], duration: 1 });
		steps(robot, 10);
		robot.reset([[1, 0]]);
		steps(robot, 10);
		assert.equal(robot.commanded, false);
		assert.deepEqual([...joints(physics).position], [0, 0]);
	});
});

describe('sim: pacing', () => {
	it('counts from the start, so that lateness does not add up', () => {
		let now = 100;
		const pacer = new Pacer(0.002, () => now);
		let done = 0;
		for (const late of [0.0071, 0.0149, 0.0151, 0.0388, 0.04]) {
			now = 100 + late;
			for (let due = pacer.due(); due > 0; due--, done++) pacer.count();
			assert.equal(done, Math.floor(late / 0.002 + 1e-9));
		}
		assert.equal(pacer.behind, 0);
	});

	it('lets go what is too much to catch up', () => {
		let now = 0;
		const pacer = new Pacer(0.002, () => now, 0.1);
		now = 60;
		assert.equal(pacer.due(), 50);
		for (let i = 0; i < 50; i++) pacer.count();
		assert.equal(pacer.due(), 0);
		close(pacer.behind, 59.9, 1e-9, 'behind');
		now += 0.01;
		assert.equal(pacer.due(), 5, 'then goes on as before');
	});

	it('does not run backwards', () => {
		let now = 10;
		const pacer = new Pacer(0.002, () => now);
		now = 9;
		assert.equal(pacer.due(), 0);
	});
});

describe('sim: the run', () => {
	let physics: Physics;
	before(async () => {
		physics = await load(mjcf('cart-pole'));
	});
	beforeEach(() => physics.reset());
	after(() => physics.close());

	function start(rate: number, lockstep = 0) {
		let now = 5;
		const clocks: Clocks = { monotonic: () => now, wall: () => 1_000_000_000n + BigInt(Math.round(now * 1e9)) };
		const states: RobotState[] = [];
		const frames: Float32Array[] = [];
		const unstable: number[] = [];
		const robot = new Robot(physics, 0.5);
		const runner = new Runner(robot, rate, lockstep, clocks, {
			onState: (state) => states.push(state),
			onFrame: (frame) => frames.push(frame),
			onUnstable: (time) => unstable.push(time),
		});
		const pass = (seconds: number) => {
			now += seconds;
			runner.advance();
		};
		return { runner, robot, states, frames, unstable, pass };
	}

	it('tells as many states as the rate says, stamped evenly however late it is woken', () => {
		const { states, pass, runner } = start(50);
		close(runner.wait, 0.02, 1e-9, 'wait');
		for (const seconds of [0.021, 0.034, 0.006, 0.079, 0.01]) pass(seconds);
		assert.equal(states.length, 7);
		for (const [i, { stamp, time }] of states.entries()) {
			close(time, (i + 1) * 0.02, 1e-9, 'time');
			close(Number(stamp - 6_000_000_000n) / 1e9, (i + 1) * 0.02, 1e-7, 'stamp');
		}
		close(runner.wait, 0.01, 1e-9, 'wait');
	});

	it('in lockstep waits with the next state until the last is answered, and then goes on without a jump', () => {
		const { states, pass, runner } = start(50, 0.5);
		runner.command([1]);
		pass(0.02);
		assert.equal(states.length, 1);
		pass(0.2);
		pass(0.2);
		assert.equal(states.length, 1, 'time stands still');
		close(runner.wait, 0.08, 1e-9, 'wait');
		runner.command([2]);
		pass(0);
		assert.equal(states.length, 2);
		close(states[1]!.time, 0.04, 1e-9, 'time');
		close(states[1]!.behind, 0.38, 1e-9, 'behind');
	});

	it('in lockstep runs freely when nobody answers, until somebody does', () => {
		const { states, pass, runner } = start(50, 0.5);
		pass(0.1);
		assert.equal(states.length, 5, 'no command has come yet');
		runner.command([1]);
		pass(0.02);
		pass(0.47);
		assert.equal(states.length, 6, 'it waits');
		for (let i = 0; i < 10; i++) pass(0.02);
		assert.ok(states.length >= 16, 'it has waited long enough');
	});

	it('without lockstep does not wait', () => {
		const { states, pass, runner } = start(50);
		runner.command([1]);
		pass(0.02);
		pass(0.1);
		assert.equal(states.length, 6);
	});

	it('holds rates that are no whole number of steps', () => {
		const { states, pass } = start(60);
		for (let i = 0; i < 100; i++) pass(0.01);
		assert.equal(states.length, 60);
	});

	it('refuses a rate above that of its steps', () => {
		assert.throws(() => start(501), /Expected `rate` to be a number <= 500 \(Hz\).*got 501/);
		assert.doesNotThrow(() => start(500));
	});

	it('makes frames only while watched', () => {
		const { frames, pass, runner } = start(50);
		pass(0.1);
		assert.equal(frames.length, 0);
		runner.watch(true);
		for (let i = 0; i < 10; i++) pass(0.1);
		assert.ok(Math.abs(frames.length - 30) <= 1, `${frames.length} frames`);
		assert.notEqual(frames[0], frames[1]);
		runner.watch(false);
		const before = frames.length;
		pass(0.1);
		assert.equal(frames.length, before);
	});

	it('tells what it lost when it was not woken for long', () => {
		const { states, pass } = start(50);
		pass(30);
		assert.equal(states.length, 5);
		close(states.at(-1)!.behind, 29.9, 1e-9, 'behind');
		close(Number(states.at(-1)!.stamp - 36_000_000_000n) / 1e9, 0, 1e-7, 'stamp');
	});

	it('tells that it became unstable, and goes on from the start', async () => {
		const wild = await load(`<mujoco><option timestep="0.002"/><worldbody><body><joint name="j" type="slide"/>
			<geom size=".1"/></body></worldbody><actuator><motor joint="j" gear="1e6"/></actuator></mujoco>`);
		const saved = physics;
		physics = wild;
		const { robot, pass, unstable, states } = start(50);
		physics = saved;
		robot.command([1e9]);
		pass(0.1);
		assert.equal(unstable.length, 1);
		assert.equal(robot.commanded, false);
		assert.ok(states.every(({ position }) => Number.isFinite(position[0])));
		wild.close();
	});
});
