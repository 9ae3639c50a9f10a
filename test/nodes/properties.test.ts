import assert from 'node:assert/strict';
import { checkObject } from '../../lib/check';
import {
	boolean,
	choice,
	configNode,
	editorDefaults,
	json,
	number,
	optionalNumber,
	parseProperties,
	text,
} from '../../nodes/shared/properties';

const properties = {
	name: text(''),
	rate: number(50, { above: 0, unit: 'Hz' }),
	timeout: optionalNumber({ above: 0, unit: 's' }),
	newest: boolean(true),
	mode: choice('a', ['a', 'b']),
	safe: json({}, checkObject),
};

describe('properties', () => {
	it('parse what the editor saves: texts of digits, JSON as text', () => {
		const saved = { name: ' x ', rate: '20', timeout: '', newest: false, mode: 'b', safe: '{"data": [0]}' };
		assert.deepEqual(parseProperties(properties, saved), {
			name: 'x',
			rate: 20,
			timeout: undefined,
			newest: false,
			mode: 'b',
			safe: { data: [0] },
		});
	});

	it('take the default where an older flow has nothing', () => {
		assert.equal(parseProperties(properties, {}).rate, 50);
	});

	it('refuse what does not fit, naming the property', () => {
		assert.throws(
			() => parseProperties(properties, { rate: '-3' }),
			/Expected `rate` to be a number > 0 \(Hz\), got -3/,
		);
		assert.throws(() => parseProperties(properties, { rate: 'fast' }), /`rate`.*got "fast"/);
		assert.throws(() => parseProperties(properties, { safe: '{' }), /`safe` to be JSON/);
		assert.throws(() => parseProperties({ context: configNode('ros2-context') }, {}), /`context` to be a ros2-context/);
	});

	it('validate in the editor by the same rules, in the form that it heeds', () => {
		const { rate } = editorDefaults(properties) as unknown as {
			rate: { value: number; validate: (value: unknown, options: object) => true | string };
		};
		assert.equal(rate.value, 50);
		assert.equal(rate.validate('20', {}), true);
		assert.match(String(rate.validate('0', {})), /`rate`/);
		// A validator of one parameter that returns a text counts as passed.
		assert.equal(rate.validate.length, 2);
	});
});
