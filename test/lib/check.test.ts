import assert from 'node:assert/strict';
import { checkArray, checkBoolean, checkChoice, checkNumber, checkObject, checkString, show } from '../../lib/check';

const message = (run: () => unknown): string => {
	try {
		run();
	} catch (error) {
		return `${(error as Error).constructor.name}: ${(error as Error).message}`;
	}
	return 'nothing thrown';
};

describe('check', () => {
	it('returns what fits', () => {
		assert.equal(checkNumber('rate', 3, { above: 0 }), 3);
		assert.equal(checkString('topic', 'a'), 'a');
		assert.equal(checkChoice('qos', 'a', ['a', 'b']), 'a');
		assert.equal(checkBoolean('on', false), false);
		assert.deepEqual(checkArray('list', [1], checkNumber), [1]);
		assert.deepEqual(checkObject('o', { a: 1 }), { a: 1 });
	});

	it('names the option, what was expected with its unit, and what came', () => {
		assert.equal(
			message(() => checkNumber('rate', -3, { above: 0, unit: 'Hz' })),
			'RangeError: Expected `rate` to be a number > 0 (Hz), got -3',
		);
		assert.equal(
			message(() => checkNumber('depth', 1.5, { min: 1, max: 10, integer: true })),
			'RangeError: Expected `depth` to be a whole number from 1 to 10, got 1.5',
		);
		assert.equal(
			message(() => checkNumber('rate', '3')),
			'TypeError: Expected `rate` to be a number, got "3"',
		);
		assert.equal(
			message(() => checkNumber('rate', Number.NaN)),
			'RangeError: Expected `rate` to be a number, got NaN',
		);
		assert.equal(
			message(() => checkChoice('qos', 'x', ['a', 'b'])),
			'RangeError: Expected `qos` to be one of a, b, got "x"',
		);
		assert.equal(
			message(() => checkArray('names', ['a', 1], checkString)),
			'TypeError: Expected `names[1]` to be a text, got 1',
		);
		assert.equal(
			message(() => checkObject('safe', [1])),
			'TypeError: Expected `safe` to be an object, got an array of 1',
		);
		assert.equal(
			message(() => checkString('topic', ' ')),
			'RangeError: Expected `topic` to be a text, got an empty one',
		);
	});

	it('shows any value on one short line', () => {
		assert.equal(show('x'.repeat(100)).length, 62);
		assert.equal(show(5n), '5n');
		assert.equal(show(new Float32Array(3)), 'Float32Array of 3');
		assert.equal(show(null), 'null');
		assert.equal(
			show(() => 1),
			'a function',
		);
		assert.equal(show(new Date(0)), 'Date');
	});
});
