import assert from 'node:assert/strict';
import type { BriefError } from '../../../lib/check';
import { frameLayout } from '../../../lib/sim/frame';
import type { Physics } from '../../../lib/sim/physics';
import { close, joints, load, mjcf } from './robots';

/**
 * gymnasium's CartPole equations (Barto, Sutton and Anderson 1983, corrected by Florian), in time derivatives of
 * x, x', theta, theta'.
 */
function cartPole([, v, theta, omega]: number[], force: number): number[] {
	const [gravity, cart, pole, half] = [9.8, 1.0, 0.1, 0.5];
	const total = cart + pole;
	const temp = (force + pole * half * omega! ** 2 * Math.sin(theta!)) / total;
	const alpha =
		(gravity * Math.sin(theta!) - Math.cos(theta!) * temp) / (half * (4 / 3 - (pole * Math.cos(theta!) ** 2) / total));
	return [v!, temp - (pole * half * alpha * Math.cos(theta!)) / total, omega!, alpha];
}

/** One step of the classical Runge-Kutta method. */
function rungeKutta(f: (y: number[]) => number[], y: number[], h: number): number[] {
	const add = (a: number[], b: number[], k: number) => a.map((value, i) => value + k * b[i]!);
	const k1 = f(y);
	const k2 = f(add(y, k1, h / 2));
	const k3 = f(add(y, k2, h / 2));
	const k4 = f(add(y, k3, h));
	return y.map((value, i) => value + (h / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
}

const box = (joint: string, actuator = '') => `<mujoco model="a box">
	<option timestep="0.001" gravity="0 0 0"/>
	<worldbody><body name="box">${joint}<geom type="box" size=".1 .1 .1" mass="2"/></body></worldbody>
	<actuator>${actuator}</actuator>
</mujoco>`;

describe('sim: physics', () => {
	let cart: Physics;
	let pendulum: Physics;
	before(async () => {
		cart = await load(mjcf('cart-pole'));
		pendulum = await load(mjcf('pendulum'));
	});
	after(() => {
		cart.close();
		pendulum.close();
	});

	it('describes the robot', () => {
		const { description } = cart;
		assert.equal(description.model, 'cart-pole');
		assert.equal(description.timestep, 0.002);
		assert.deepEqual(description.joints, [
			{ name: 'slider', kind: 'slide', range: [-2.6, 2.6] },
			{ name: 'hinge', kind: 'hinge' },
		]);
		assert.deepEqual(description.actuators, [{ name: 'slider', range: [-10, 10] }]);
		assert.deepEqual(description.bodies, [
			{ name: 'cart', mass: 1 },
			{ name: 'pole', mass: 0.1 },
		]);
		assert.deepEqual(description.drive, { kind: 'slide', axis: [1, 0, 0] });
		assert.deepEqual(pendulum.description.drive, { kind: 'hinge', axis: [0, -1, 0] });
	});

	it('knows what the robot can reach, for drawing it', () => {
		// The end of the pole at both ends of the rail, and above and below it; the floor is 6.4 m wide.
		for (const [i, expected] of [-3.64, -0.04, 3.64, 2.24].entries()) {
			close(cart.description.bounds[i], expected, 0.05, `bounds[${i}]`);
		}
		for (const [i, expected] of [-1.4, -0.04, 1.4, 2.34].entries()) {
			close(pendulum.description.bounds[i], expected, 0.05, `bounds[${i}]`);
		}
	});

	it('moves a cart-pole as the equations of CartPole-v1 do', () => {
		cart.reset([
			[0, 0.1],
			[1, 0.3],
		]);
		let y = [0.1, 0, 0.3, 0];
		for (let i = 0; i < 500; i++) {
			const force = 4 * Math.sin(0.05 * i);
			cart.setCommand([force]);
			cart.step(1);
			for (let j = 0; j < 4; j++) y = rungeKutta((state) => cartPole(state, force), y, 0.0005);
		}
		const { position, velocity, effort } = joints(cart);
		assert.ok(Math.abs(y[2]!) > 1, `a motion with large angles, got ${y[2]} rad`);
		close(position[0], y[0]!, 1e-6, 'x');
		close(velocity[0], y[1]!, 1e-6, "x'");
		close(position[1], y[2]!, 1e-6, 'theta');
		close(velocity[1], y[3]!, 1e-6, "theta'");
		close(effort[0], 4 * Math.sin(0.05 * 499), 1e-12, 'effort');
		assert.equal(effort[1], 0, 'nothing drives the hinge');
	});

	it('swings a pendulum with the period of small angles', () => {
		pendulum.reset([[0, Math.PI + 0.01]]);
		// From one side, through hanging, to the other side and back: two passages are half a period apart.
		const passages: number[] = [];
		let before = 0.01;
		while (passages.length < 3) {
			pendulum.step();
			const angle = joints(pendulum).position[0]! - Math.PI;
			if (before * angle < 0) passages.push(pendulum.time - (0.002 * angle) / (angle - before));
			before = angle;
		}
		// A rod about its end: 2 pi sqrt(2 L / 3 g).
		close(passages[2]! - passages[0]!, 2 * Math.PI * Math.sqrt(2 / 30), 1e-4, 'period');
	});

	it('neither makes nor loses energy', () => {
		pendulum.reset([[0, 0.5]]);
		const start = pendulum.energy;
		let range = 0;
		let fastest = 0;
		for (let i = 0; i < 5000; i++) {
			pendulum.step();
			range = Math.max(range, Math.abs(pendulum.energy - start));
			fastest = Math.max(fastest, Math.abs(joints(pendulum).velocity[0]!));
		}
		assert.ok(fastest > 5, `a fast motion, got ${fastest} rad/s`);
		assert.ok(range < 1e-6, `energy has changed by ${range} J`);
		// The control: a motor that pushes along does change the energy.
		pendulum.setCommand([2]);
		pendulum.step(100);
		assert.ok(Math.abs(pendulum.energy - start) > 0.01);
	});

	it('changes momentum by force times time when pushed, and not after', async () => {
		const physics = await load(box('<joint type="slide" axis="1 0 0"/>'));
		physics.setPush(0, [3, 0, 0]);
		physics.step(100);
		physics.endPush();
		const [pushed] = joints(physics).velocity;
		close(2 * pushed!, 3 * 0.1, 1e-9, 'momentum');
		physics.step(100);
		close(joints(physics).velocity[0], pushed!, 1e-12, 'velocity after the push');
		physics.close();
	});

	it('clamps commands to the range of the actuator, and only then', async () => {
		cart.reset();
		cart.setCommand([-1e6]);
		cart.step();
		assert.equal(joints(cart).effort[0], -10);
		const free = await load(box('<joint name="j" type="slide" axis="1 0 0"/>', '<motor joint="j" gear="2"/>'));
		assert.deepEqual(free.description.actuators, [{ name: 'actuator0' }]);
		free.setCommand([100]);
		free.step();
		assert.equal(joints(free).effort[0], 200);
		free.close();
	});

	it('resets to the keyframe home, with other positions on request', () => {
		cart.setCommand([5]);
		cart.setPush(1, [1, 0, 0]);
		cart.step(50);
		cart.reset();
		assert.deepEqual([...joints(cart).position, ...joints(cart).velocity], [0, 0.03, 0, 0]);
		assert.equal(cart.time, 0);
		assert.equal(joints(cart).effort[0], 0, 'the command has ended');
		cart.reset([[1, 0]]);
		cart.step(10);
		assert.deepEqual([...joints(cart).position], [0, 0], 'upright stays upright: the push has ended as well');
	});

	it('resets to the first keyframe when none is home, and to the MJCF when there is none', async () => {
		const joint = '<joint name="j" type="slide" axis="1 0 0"/>';
		const first = await load(
			box(joint).replace('</mujoco>', '<keyframe><key qpos="1"/><key qpos="2"/></keyframe></mujoco>'),
		);
		assert.equal(joints(first).position[0], 1);
		first.close();
		const none = await load(box(joint));
		none.step(3);
		none.reset();
		assert.equal(joints(none).position[0], 0);
		none.close();
	});

	it('leaves joints of more than one degree of freedom out of the state, and names the nameless', async () => {
		const physics = await load(
			`<mujoco><worldbody><body><freejoint/><geom size=".1"/>
				<body name="arm"><joint axis="0 1 0"/><geom size=".1"/></body>
			</body></worldbody></mujoco>`,
		);
		assert.deepEqual(physics.description.joints, [{ name: 'joint1', kind: 'hinge' }]);
		assert.deepEqual(
			physics.description.bodies.map(({ name }) => name),
			['body1', 'arm'],
		);
		physics.reset([[0, 0.5]]);
		assert.equal(joints(physics).position[0], 0.5);
		physics.close();
	});

	it('tells that a simulation has become unstable', async () => {
		const physics = await load(box('<joint name="j" type="slide" axis="1 0 0"/>', '<motor joint="j" gear="1e6"/>'));
		physics.setCommand([1]);
		assert.equal(physics.step(10), true);
		physics.setCommand([1e9]);
		assert.equal(physics.step(10), false);
		physics.close();
	});

	it('refuses MJCF that does not load, in words of MuJoCo', async () => {
		const refused = async (xml: string, brief: string, message: RegExp) => {
			await assert.rejects(load(xml), (error: BriefError) => {
				assert.equal(error.brief, brief);
				assert.match(error.message, message);
				assert.doesNotMatch(error.message, /\n/);
				return true;
			});
		};
		await refused('<mujo', 'bad MJCF', /XML parse error.*Line number=1/);
		await refused('<mujoco><wheel/></mujoco>', 'bad MJCF', /unrecognized element; Element 'wheel', line 1/);
		await refused(box('<joint axis="0 0 0"/>'), 'bad MJCF', /axis/);
		await refused('<mujoco/>', 'no joints', /Add a <joint>/);
		await refused(box(''), 'no joints', /Add a <joint>/);
	});

	it('frames hold the state and the pose of what moves', () => {
		const { description } = cart;
		assert.equal(description.geoms.filter(({ pose }) => pose === undefined).length, 3, 'cart, axle and pole');
		const at = frameLayout(description);
		const frame = new Float32Array(at.length);
		cart.reset([
			[0, 0.5],
			[1, Math.PI / 2],
		]);
		cart.setCommand([50]);
		cart.setPush(1, [0, 0, 2]);
		cart.readFrame(frame, true);
		assert.deepEqual([...frame.subarray(at.position, at.velocity)], [0.5, Math.fround(Math.PI / 2)]);
		assert.deepEqual([...frame.subarray(at.command, at.driven)], [10, 1]);
		assert.deepEqual([...frame.subarray(at.pushForce, at.poses)], [0, 0, 2]);
		// The pole lies to the right: its middle is half a metre from its hinge, where the push acts as well.
		const pole = frame.subarray(at.poses + 24);
		close(pole[0], 1, 1e-6, 'x of the middle of the pole');
		close(pole[2], 1.2, 1e-6, 'z of the middle of the pole');
		close(frame[at.pushPoint], 1, 1e-6, 'x of the push');
		close(frame[at.driven], 0.5, 1e-6, 'x of the command');
		cart.reset();
		cart.readFrame(frame, false);
		assert.deepEqual([...frame.subarray(at.pushPoint, at.poses)], [0, 0, 0, 0, 0, 0], 'no push');
		assert.equal(frame[at.commanded], 0);
	});
});
