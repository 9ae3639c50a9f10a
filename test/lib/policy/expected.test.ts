import assert from 'node:assert/strict';
import { expectedObservation, ObservationCheck, observationInput, parseExpected } from '../../../lib/policy/expected';
import { readPolicy } from '../../../lib/policy/read';
import { stepsOf } from '../../../lib/policy/steps';

const own = (more: object = {}) =>
	JSON.stringify({
		format: 'ros2-inference-policy/1',
		rate: 50,
		joints: ['slider', 'hinge'],
		observation: [
			{ name: 'where', kind: 'joint-position' },
			{ name: 'how fast', kind: 'joint-velocity' },
		],
		...more,
	});

const block = (length: number) => ({ data: new Float32Array(length) });

describe('an expected observation', () => {
	const contract = readPolicy([own()]);
	const expected = expectedObservation(contract, 'models/p.onnx');
	const check = new ObservationCheck(expected);
	const steps = stepsOf(contract).observation as { type: string; terms: { name: string; steps: object[] }[] }[];
	const reordered = (change: (terms: { name: string; steps: object[] }[]) => void) => {
		const copy = structuredClone(steps);
		change(copy[0]?.terms ?? []);
		return copy;
	};

	it('comes back the same from a saved node', () => {
		assert.deepEqual(parseExpected('contract', JSON.parse(JSON.stringify(expected))), expected);
		assert.throws(() => parseExpected('contract', { source: 'x', terms: [{}] }), /`contract.terms\[0\].name`/);
		assert.throws(() => parseExpected('contract', { source: 'x', terms: [], size: -1 }), /`contract.size`/);
	});

	it('takes the steps that the contract gives', () => {
		check.checkSteps(steps);
	});

	it('refuses terms in another order, one too many and one too few', () => {
		assert.throws(
			() => check.checkSteps(reordered((terms) => terms.reverse())),
			/term 1 to be "where", as JSON contract says, got "how fast"\. The policy takes where 2, how fast 2/,
		);
		assert.throws(() => check.checkSteps(reordered((terms) => terms.pop())), /got only 1 terms/);
		assert.throws(
			() => check.checkSteps(reordered((terms) => terms.push({ name: 'more', steps: [] }))),
			/Expected only 2 terms.*got "more"/,
		);
		assert.throws(() => check.checkSteps([{ type: 'scale', factor: 2 }]), /stacks the terms/);
	});

	it('refuses joints in another order, and takes other names of them', () => {
		const rename = (names: string[]) =>
			reordered((terms) => {
				(terms[1]?.steps[0] as { names: string[] }).names = names;
			});
		assert.throws(
			() => check.checkSteps(rename(['hinge', 'slider'])),
			/joints of term how fast in the order slider, hinge,.* got hinge, slider/,
		);
		check.checkSteps(rename(['cart/slider', 'cart/hinge']));
	});

	it('refuses sizes that differ', () => {
		const names = ['where', 'how fast'];
		check.checkTerms(names, [block(2), block(2)]);
		check.checkSize(4);
		assert.throws(() => check.checkTerms(names, [block(2), block(3)]), /term how fast to have 2 elements.*got 3/);
		assert.throws(() => check.checkSize(5), /observation of 4 elements.*where 2, how fast 2.*got 5/);
	});

	it('counts the history of each term, and that of whole observations', () => {
		const perTerm = expectedObservation(readPolicy([own({ history: { length: 3 } })]));
		assert.deepEqual([perTerm.terms[0]?.size, perTerm.size], [6, 12]);
		const perFrame = expectedObservation(readPolicy([own({ history: { length: 3, per: 'frame' } })]));
		assert.deepEqual([perFrame.terms[0]?.size, perFrame.size], [2, 12]);
	});

	it('knows no size where the trainer names no terms', () => {
		const metadata = JSON.stringify({ dof_names: '["a", "b"]', kp: '[1, 1]', kd: '[0, 0]' });
		const { size, terms } = expectedObservation(readPolicy([metadata]));
		assert.deepEqual([size, terms], [undefined, []]);
	});

	it('looks at the input that takes the observation', () => {
		const input = (name: string, size: number) => ({ name, shape: [1, size] });
		assert.equal(observationInput([input('h_in', 8), input('obs', 4)])?.name, 'obs');
		assert.equal(observationInput([input('state', 4), input('time', 1)])?.name, 'state');
		check.checkModel(input('obs', 4));
		check.checkModel(undefined);
		check.checkModel({ name: 'obs', shape: undefined });
		check.checkModel({ name: 'obs', shape: ['batch', -1] });
		assert.throws(() => check.checkModel(input('obs', 5)), /"obs" has 4 elements.*got 5/);
	});
});
