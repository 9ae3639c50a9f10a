import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { distributions } from '../../../../lib/ros/types/distributions';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';
import { allTypes, messages, plain } from './arbitrary';

describe('every bundled type', () => {
	it('encodes and decodes random messages', () => {
		const registry = createTypeRegistry();
		for (const type of allTypes(registry)) {
			const property = fc.property(messages(registry, type), (message) => {
				deepStrictEqual(type.decode(type.encode(message)), plain(message));
			});
			fc.assert(property, { seed: 20260717, numRuns: 6 });
		}
	});

	for (const distribution of distributions) {
		it(`of ${distribution} encodes and decodes its defaults`, () => {
			for (const type of allTypes(createTypeRegistry({ distribution }))) {
				deepStrictEqual(type.decode(type.encode({})), type.create(), type.name);
			}
		});
	}
});
