import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { BriefError } from '../../../lib/check';
import { bindInputs } from '../../../lib/onnx/inputs';
import type { TensorInfo } from '../../../lib/onnx/protocol';
import { findStatePairs, type StatePair } from '../../../lib/onnx/recurrent';
import { type ModelSession, openSession, type RunOptions, type RunResult } from '../../../lib/onnx/session';
import { growing, lstm, slow } from './models';

const info = (name: string, shape: TensorInfo['shape'] = [1, 1, 8]): TensorInfo => ({ name, type: 'float32', shape });

function found(inputs: (string | TensorInfo)[], outputs: (string | TensorInfo)[]): string[] {
	const infos = (list: (string | TensorInfo)[]) => list.map((item) => (typeof item === 'string' ? info(item) : item));
	return findStatePairs({ inputs: infos(inputs), outputs: infos(outputs) }).map(
		({ output, input }) => `${output} -> ${input}`,
	);
}

describe('recurrent state', () => {
	describe('found by names', () => {
		const cases: [string, string[], string[], string[]][] = [
			['rsl_rl', ['obs', 'h_in', 'c_in'], ['actions', 'h_out', 'c_out'], ['h_out -> h_in', 'c_out -> c_in']],
			[
				'numbered',
				['obs', 'state_in_0', 'state_in_1'],
				['state_out_0', 'state_out_1'],
				['state_out_0 -> state_in_0', 'state_out_1 -> state_in_1'],
			],
			['ML-Agents', ['recurrent_in'], ['recurrent_out'], ['recurrent_out -> recurrent_in']],
			['PyTorch manual', ['input', 'h0', 'c0'], ['output', 'hn', 'cn'], ['hn -> h0', 'cn -> c0']],
			['bare on one side', ['obs', 'state'], ['action', 'stateN'], ['stateN -> state']],
			['next', ['obs', 'hidden'], ['action', 'next_hidden'], ['next_hidden -> hidden']],
			['camel case', ['obs', 'hiddenIn'], ['hiddenOut'], ['hiddenOut -> hiddenIn']],
			['previous', ['prev_state'], ['new_state'], ['new_state -> prev_state']],
			['LSTM cells', ['obs', 'hx', 'cx'], ['action', 'hy', 'cy'], ['hy -> hx', 'cy -> cx']],
			[
				'the ONNX operator',
				['X', 'initial_h', 'initial_c'],
				['Y', 'Y_h', 'Y_c'],
				['Y_h -> initial_h', 'Y_c -> initial_c'],
			],
			['several layers', ['obs', 'h0', 'h1'], ['action', 'h1_out', 'h0_out'], ['h0_out -> h0', 'h1_out -> h1']],
			['the last action', ['obs', 'last_action'], ['action'], ['action -> last_action']],
			[
				'attention with memory',
				['x', 'past_key_values.0.key', 'past_key_values.0.value'],
				['y', 'present.0.value', 'present.0.key'],
				['present.0.key -> past_key_values.0.key', 'present.0.value -> past_key_values.0.value'],
			],
			[
				'two networks in one',
				['obs', 'actor.h_in', 'critic.h_in'],
				['critic.h_out', 'actor.h_out'],
				['actor.h_out -> actor.h_in', 'critic.h_out -> critic.h_in'],
			],
		];
		for (const [what, inputs, outputs, pairs] of cases) {
			it(what, () => {
				assert.deepEqual(found(inputs, outputs), pairs);
			});
		}

		it('not where there is none', () => {
			assert.deepEqual(found(['input'], ['output']), []);
			assert.deepEqual(found(['obs'], ['actions', 'value']), []);
			assert.deepEqual(found(['obs', 'mask'], ['obs_mask', 'action']), []);
			assert.deepEqual(found(['input_ids', 'token_type_ids'], ['logits']), []);
		});

		it('or by shape and order where only the inputs have names', () => {
			const wide = info('obs', [1, 48]);
			const others = [info('linear_2', [1, 12]), info('getitem_1'), info('getitem_2')];
			assert.deepEqual(found([wide, 'h', 'c'], others), ['getitem_1 -> h', 'getitem_2 -> c']);
			assert.deepEqual(found([wide, 'h', 'c'], [...others, info('more')]), []);
			assert.deepEqual(found([wide, 'x', 'mask'], others), []);
			// What is observed is often called the state.
			assert.deepEqual(found([info('state', [1, 4])], [info('action', [1, 4])]), []);
		});

		it('not where type or shape differ', () => {
			assert.deepEqual(found(['h_in'], [info('h_out', [1, 1, 9])]), []);
			assert.deepEqual(found([{ ...info('h_in'), type: 'float64' }], ['h_out']), []);
			assert.deepEqual(found([info('h_in', [1, 'batch', 8])], ['h_out']), ['h_out -> h_in']);
		});
	});

	describe('that grows', () => {
		const pairs: StatePair[] = [{ output: 'present', input: 'past' }];
		const opened: ModelSession[] = [];
		afterEach(async () => {
			await Promise.all(opened.splice(0).map((session) => session.close()));
		});

		async function sums(state: StatePair[]): Promise<unknown[]> {
			const session = openSession({ bytes: growing(), name: 'growing.onnx' }, { state });
			opened.push(session);
			const { inputs } = await session.ready();
			const results: unknown[] = [];
			for (const x of [1, 2, 3]) {
				const result = (await session.run(bindInputs(inputs, [[[x, x]]]))) as RunResult;
				results.push(...result.outputs.map(({ data }) => data[0]));
			}
			return results;
		}

		it('begins with nothing to remember', async () => {
			assert.deepEqual(await sums(pairs), [2, 6, 12]);
		});

		it('begins with as much as it is given', async () => {
			const initial = {
				dims: [1, 2, 2],
				data: [10, 10, 20, 20],
			};
			assert.deepEqual(await sums([{ output: 'present', input: 'past', initial }]), [62, 66, 72]);
		});
	});

	describe('of an LSTM', () => {
		const opened: ModelSession[] = [];
		afterEach(async () => {
			await Promise.all(opened.splice(0).map((session) => session.close()));
		});
		const pairs: StatePair[] = [
			{ output: 'h_out', input: 'h_in' },
			{ output: 'c_out', input: 'c_in' },
		];

		async function open(state: StatePair[]): Promise<(obs: number[], options?: RunOptions) => Promise<RunResult>> {
			const session = openSession({ bytes: lstm(), name: 'lstm.onnx' }, { state });
			opened.push(session);
			const { inputs } = await session.ready();
			return async (obs, options) => {
				const result = await session.run(bindInputs(inputs, state.length > 0 ? obs : { obs, ...zero }), options);
				assert.ok(result !== 'dropped');
				return result;
			};
		}
		const zero = { h_in: [[[0, 0]]], c_in: [[[0, 0]]] };
		const first = (result: RunResult) => result.outputs[0]?.data[0] as number;

		/** The same network, its state carried by hand. */
		async function byHand(steps: number[][]): Promise<number[]> {
			const session = openSession({ bytes: lstm(), name: 'lstm.onnx' });
			opened.push(session);
			const { inputs } = await session.ready();
			let state: { h_in: unknown; c_in: unknown } = zero;
			const actions: number[] = [];
			for (const obs of steps) {
				const result = (await session.run(bindInputs(inputs, { obs, ...state }))) as RunResult;
				actions.push(first(result));
				state = { h_in: result.outputs[1], c_in: result.outputs[2] };
			}
			return actions;
		}
		const steps = [
			[1, 2, 3],
			[0, 0, 0],
			[-1, 0, 1],
			[2, 2, 2],
		];

		it('is fed back', async () => {
			const run = await open(pairs);
			const actions: number[] = [];
			for (const obs of steps) {
				const result = await run(obs);
				assert.equal(result.outputs.length, 1);
				actions.push(first(result));
			}
			assert.deepEqual(actions, await byHand(steps));
			// Without its state the network answers otherwise, so this would be noticed.
			const forgetful = await open([]);
			assert.notEqual(first(await forgetful(steps[1] as number[])), actions[1]);
		});

		it('is kept for each key, and reset for each', async () => {
			const run = await open(pairs);
			const [one, two, three] = await byHand([
				[1, 1, 1],
				[1, 1, 1],
				[1, 1, 1],
			]);
			const obs = [1, 1, 1];
			assert.equal(first(await run(obs, { key: 'a' })), one);
			assert.equal(first(await run(obs, { key: 'a' })), two);
			assert.equal(first(await run(obs, { key: 'b' })), one);
			assert.equal(first(await run(obs, { key: 'a' })), three);
			assert.equal(first(await run(obs, { key: 'a', reset: true })), one);
			assert.equal(first(await run(obs, { key: 'b' })), two);
			opened[0]?.resetState();
			assert.equal(first(await run(obs, { key: 'a' })), one);
			assert.equal(first(await run(obs, { key: 'b' })), one);
		});

		it('does not survive a reset in the middle of a run', async () => {
			const run = await open(pairs);
			const [one] = await byHand([[1, 1, 1]]);
			const underWay = run([1, 1, 1]);
			opened[0]?.resetState();
			assert.equal(first(await underWay), one);
			assert.equal(first(await run([1, 1, 1])), one);
		});

		it('is reset by a request that is itself superseded', async () => {
			const session = openSession({ bytes: lstm(), name: 'lstm.onnx' }, { state: pairs });
			opened.push(session);
			const { inputs } = await session.ready();
			const [one] = await byHand([[1, 1, 1]]);
			const obs = bindInputs(inputs, [1, 1, 1]);
			const results = await Promise.all([session.run(obs), session.run(obs, { reset: true }), session.run(obs)]);
			assert.equal(results[1], 'dropped');
			assert.equal(first(results[2] as RunResult), one);
		});

		it('begins with what is given', async () => {
			const run = await open([
				{ output: 'h_out', input: 'h_in', initial: [[[0.5, -0.5]]] },
				{ output: 'c_out', input: 'c_in' },
			]);
			const session = openSession({ bytes: lstm(), name: 'lstm.onnx' });
			opened.push(session);
			const { inputs } = await session.ready();
			const expected = await session.run(bindInputs(inputs, { obs: [1, 1, 1], ...zero, h_in: [[[0.5, -0.5]]] }));
			assert.equal(first(await run([1, 1, 1])), first(expected as RunResult));
			const filled = await open([
				{ output: 'h_out', input: 'h_in', initial: 0.5 },
				{ output: 'c_out', input: 'c_in' },
			]);
			const half = await session.run(bindInputs(inputs, { obs: [1, 1, 1], ...zero, h_in: [[[0.5, 0.5]]] }));
			assert.equal(first(await filled([1, 1, 1])), first(half as RunResult));
		});

		it('says what does not fit', async () => {
			const cases: [StatePair[], string, RegExp][] = [
				[[{ output: 'h_out', input: 'hidden' }], 'no such input', /"hidden".*obs, h_in, c_in/],
				[[{ output: 'h', input: 'h_in' }], 'no such output', /"h".*actions, h_out, c_out/],
				[
					[{ output: 'actions', input: 'h_in' }],
					'state does not fit',
					/actions float32 \[1, 2\].*h_in float32 \[1, 1, 2\]/,
				],
				[[{ output: 'h_out', input: 'h_in', initial: [1] }], 'wrong shape', /`h_in` expects float32 \[1, 1, 2\]/],
				[[pairs[0] as StatePair, { output: 'c_out', input: 'h_in' }], 'state input twice', /same input/],
			];
			for (const [state, brief, message] of cases) {
				const session = openSession({ bytes: lstm(), name: 'lstm.onnx' }, { state });
				opened.push(session);
				await assert.rejects(session.ready(), (error: unknown) => {
					assert.ok(error instanceof BriefError);
					assert.equal(error.brief, brief);
					assert.match(error.message, message);
					return true;
				});
			}
		});

		it('is none of a model without it', async () => {
			const session = openSession({ bytes: slow(), name: 'slow.onnx' });
			opened.push(session);
			assert.deepEqual(findStatePairs(await session.ready()), []);
		});
	});
});
