import { checkArray, checkNumber, show } from '../../check';
import { countOf, describe, type NumberArray } from '../elements';
import { choice, json } from '../schema';
import { type Block, defineStep } from '../step';
import { floatTypes } from '../types';

/** Row `index` of a table: a scalar -> [row length]; [..., n] -> [..., n, row length]. */
export const lookUp = defineStep({
	name: 'look-up',
	group: 'Action',
	title: 'Look up in a table',
	help: 'Gives the row of a table for an index, such as the force for a discrete action: index 0 gives the first row.',
	formula: '0 → [-10], 1 → [10] with table [[-10], [10]]',
	takes: 'tensor',
	gives: 'tensor',
	options: {
		table: json({
			description: 'The rows, each a number or a list of equally many.',
			example: '[[-10], [10]]',
			check: checkTable,
		}),
		as: choice({ description: 'The type of the result.', default: 'float32', choices: floatTypes }),
	},
	create({ table, as }, { output }) {
		const width = table[0]?.length ?? 0;
		return {
			run(input: Block) {
				if (input.type === 'string' || input.type === 'float16') {
					throw new TypeError(`Expected an index of whole numbers, got ${describe(input)}`);
				}
				const block = output.block(as, [...input.dims, width]);
				const out = block.data as NumberArray;
				for (let i = 0; i < input.data.length; i++) {
					const index = Number(input.data[i]);
					const row = table[index];
					if (row === undefined) {
						throw new RangeError(
							`Expected an index from 0 to ${table.length - 1} (the table has ${countOf(table.length, 'row')}), got ${show(index)}`,
						);
					}
					for (let column = 0; column < width; column++) out[i * width + column] = row[column] as number;
				}
				return block;
			},
		};
	},
});

function checkTable(name: string, value: unknown): number[][] {
	const table = checkArray(
		name,
		value,
		(rowName, row) =>
			Array.isArray(row)
				? checkArray(rowName, row, (itemName, item) => checkNumber(itemName, item), { minLength: 1 })
				: [checkNumber(rowName, row)],
		{ minLength: 1 },
	);
	const width = table[0]?.length;
	const odd = table.findIndex((row) => row.length !== width);
	if (odd >= 0) {
		throw new RangeError(
			`Expected \`${name}[${odd}]\` to have ${width} numbers as the first row, got ${table[odd]?.length}`,
		);
	}
	return table;
}
