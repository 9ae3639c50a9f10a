import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RobotState } from '../../../lib/sim/protocol';
import { Simulation } from '../../../lib/sim/simulation';
import { mjcf } from './robots';

/** A simulation whose states can be awaited. */
async function start(xml = mjcf('cart-pole'), rate = 200) {
	let waiting: { fits: (state: RobotState) => boolean; done: (state: RobotState) => void } | undefined;
	const errors: Error[] = [];
	const simulation = await Simulation.start(
		{ xml, rate },
		{
			onState(state) {
				if (!waiting?.fits(state)) return;
				const { done } = waiting;
				waiting = undefined;
				done(state);
			},
			onError: (error) => errors.push(error),
		},
	);
	const state = (fits: (state: RobotState) => boolean) =>
		new Promise<RobotState>((done) => {
			waiting = { fits, done };
		});
	return { simulation, errors, state };
}

describe('sim: the thread', () => {
	it('runs, takes commands, pushes and resets', async () => {
		const { simulation, state, errors } = await start();
		try {
			const first = await state(() => true);
			assert.equal(first.commanded, false);
			assert.equal(first.position.length, 2);
			simulation.command([30]);
			const driven = await state(({ commanded }) => commanded);
			assert.equal(driven.effort[0], 10, 'clamped');
			await state(({ commanded }) => !commanded);
			simulation.reset({ slider: 1, hinge: Math.PI });
			// The cart may coast past this place before the reset acts, but not upside down.
			const reset = await state(({ position }) => position[0]! > 0.9 && position[1]! === Math.PI);
			assert.ok(reset.velocity.every((velocity) => Math.abs(velocity) < 1e-6));
			simulation.push({ body: 'cart', force: [-4, 0, 0], duration: 0.05 });
			await state(({ velocity }) => velocity[0]! < -0.1);
			assert.deepEqual(errors, []);
		} finally {
			await simulation.close();
		}
	});

	it('refuses what is wrong and keeps the last command', async () => {
		const { simulation, state } = await start();
		try {
			simulation.command([2]);
			assert.throws(() => simulation.command([1, 2]), /1 numbers, one per actuator \(slider\), got 2/);
			assert.throws(() => simulation.command([]), RangeError);
			assert.throws(() => simulation.command([Number.NaN]), /data\[0\].*slider.*finite number, got NaN/);
			assert.throws(() => simulation.command([Number.POSITIVE_INFINITY]), RangeError);
			assert.throws(() => simulation.reset({ elbow: 0 }), /one of slider, hinge, got "elbow"/);
			assert.throws(() => simulation.reset({ slider: 3 }), /positions.slider.*from -2.6 to 2.6 \(m\), got 3/);
			assert.throws(() => simulation.reset({ hinge: 'up' as never }), TypeError);
			assert.throws(() => simulation.push({ body: 'wheel' }), /one of cart, pole, got "wheel"/);
			assert.throws(() => simulation.push({ force: [1, 2] as never }), /3 numbers/);
			assert.throws(() => simulation.push({ force: [1, 2, Number.NaN] }), /force\[2\]/);
			assert.throws(() => simulation.push({ duration: 0 }), /duration.*\(s\)/);
			assert.equal((await state(({ commanded }) => commanded)).effort[0], 2);
		} finally {
			await simulation.close();
		}
	});

	it('gives frames to all who watch, until they stop', async () => {
		const { simulation } = await start();
		try {
			let second = 0;
			const stop = simulation.watch(() => second++);
			await new Promise<void>((done) => {
				let frames = 0;
				const off = simulation.watch(() => {
					if (++frames === 3) {
						off();
						done();
					}
				});
			});
			assert.ok(second >= 3, 'both have them');
			stop();
			stop();
		} finally {
			await simulation.close();
		}
	});

	it('ends its thread in the middle of everything, and says nothing after', async () => {
		let closed = false;
		const simulation = await Simulation.start(
			{ xml: mjcf('cart-pole'), rate: 500 },
			{
				onState: () => assert.equal(closed, false),
				onError: (error) => assert.fail(error),
			},
		);
		simulation.watch(() => assert.equal(closed, false));
		simulation.push();
		closed = true;
		await Promise.all([simulation.close(), simulation.close()]);
		assert.throws(() => simulation.command([0]), /closed/);
	});

	it('does not start with what MuJoCo or the checks refuse', async () => {
		const events = { onState() {}, onError() {} };
		await assert.rejects(Simulation.start({ xml: '<mujoco>' }, events), /MuJoCo cannot load/);
		await assert.rejects(Simulation.start({ xml: '' }, events), /xml/);
		await assert.rejects(Simulation.start({ xml: mjcf('pendulum'), rate: 0 }, events), /rate.*\(Hz\), got 0/);
		await assert.rejects(Simulation.start({ xml: mjcf('pendulum'), rate: 2000 }, events), /<= 500 \(Hz\).*got 2000/);
		await assert.rejects(
			Simulation.start({ xml: mjcf('pendulum'), commandTimeout: -1 }, events),
			/commandTimeout.*\(s\), got -1/,
		);
	});

	it('tells of a simulation that became unstable', async () => {
		const xml = `<mujoco><worldbody><body><joint name="j" type="slide"/><geom size=".1"/></body></worldbody>
			<actuator><motor joint="j" gear="1e6"/></actuator></mujoco>`;
		const { simulation, errors, state } = await start(xml);
		try {
			simulation.command([1e9]);
			await state(() => errors.length > 0);
			assert.match(errors[0]!.message, /became unstable/);
			simulation.command([1e-6]);
			await state(({ commanded }) => commanded);
		} finally {
			await simulation.close();
		}
	});

	it('tells of a thread that died, and then refuses', async () => {
		const { simulation, errors } = await start();
		const { worker } = simulation as unknown as { worker: import('node:worker_threads').Worker };
		await Promise.all([once(worker, 'exit'), worker.terminate()]);
		assert.equal(errors.length, 1);
		assert.match(errors[0]!.message, /has stopped/);
		assert.throws(() => simulation.command([0]), /has stopped/);
		await simulation.close();
	});
});
