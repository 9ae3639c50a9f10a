import assert from 'node:assert/strict';
import { allSteps } from '../../../lib/transform/steps';
import { casesOf, checkCase } from './fixtures';

describe('steps on numbers, compared with NumPy', () => {
	const cases = casesOf('numbers.json');
	for (const [i, one] of cases.entries()) {
		it(`${i + 1}: ${JSON.stringify(one.steps).slice(0, 90)}`, () => checkCase(one));
	}

	it('covers every step that takes and gives a tensor', () => {
		const covered = new Set(cases.flatMap(({ steps }) => steps.map(({ type }) => type)));
		const missing = allSteps
			.filter(
				({ takes, gives, group }) =>
					takes === 'tensor' && gives === 'tensor' && (group === 'Numbers' || group === 'Shape'),
			)
			// JSON has no NaN: this one has tests of its own.
			.filter(({ name }) => !covered.has(name) && name !== 'replace-not-finite');
		assert.deepEqual(
			missing.map(({ name }) => name),
			[],
		);
	});
});
