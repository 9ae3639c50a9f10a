import { flag } from '../schema';
import { defineStep, type Value } from '../step';
import { copyElements, Terms, termsOption } from '../terms';

/** One vector of several terms, one after the other, each made of the same input by steps of its own. */
export const stack = defineStep({
	name: 'stack',
	group: 'From a message',
	title: 'Stack terms',
	help: 'Makes one vector of several terms, one after the other: an observation as the policy was trained on. Each term takes what comes in and has steps of its own.',
	formula: '[a], [b] → [a + b]',
	takes: 'any',
	gives: 'tensor',
	options: {
		terms: termsOption('The terms, in the order of the vector.'),
		batch: flag({
			description: 'Give `[1, n]`, a batch of one, as most policies take, instead of `[n]`.',
			prominent: true,
		}),
	},
	create({ terms: termRows, batch }, place) {
		const terms = new Terms(termRows, place);
		let dims: readonly number[] = [];
		return {
			run(input: Value, carrier) {
				const blocks = terms.run(input, carrier);
				let count = 0;
				for (let i = 0; i < blocks.length; i++) count += blocks[i]?.data.length ?? 0;
				if (dims.at(-1) !== count) dims = batch ? [1, count] : [count];
				const given = place.output.block(blocks[0]?.type ?? 'float32', dims);
				let at = 0;
				for (const { data } of blocks) {
					copyElements(data, 0, given.data, at, data.length);
					at += data.length;
				}
				return given;
			},
			reset: () => terms.reset(),
		};
	},
});
