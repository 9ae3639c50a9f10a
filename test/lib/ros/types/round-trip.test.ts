import { deepStrictEqual } from 'node:assert/strict';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';
import { distributions } from '../../../../lib/ros/types/sources';

describe('every bundled type', () => {
	for (const distribution of distributions) {
		it(`of ${distribution} encodes and decodes its defaults`, () => {
			const registry = createTypeRegistry({ distribution });
			for (const name of registry.messageNames()) {
				const type = registry.message(name);
				deepStrictEqual(type.decode(type.encode({})), type.create(), name);
			}
		});
	}
});
