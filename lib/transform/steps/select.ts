import { listAt, NameIndex } from '../by-name';
import { countOf, type NumberArray } from '../elements';
import { checkJointNames } from '../joint-names';
import { parsePath, type Segment } from '../path';
import { PathReader, Sink, toNumber } from '../read';
import { choice, flag, optional, text, texts } from '../schema';
import { defineStep, type Message, type Output, type Stage } from '../step';
import { floatTypes } from '../types';

/**
 * Numbers of a ROS message as a vector [n]: of fields by path, or of joints by name. Nothing is guessed: a missing
 * field or name, a name that is there twice, and a value that is NaN or infinite are errors that name it.
 */
export const select = defineStep({
	name: 'select',
	group: 'From a message',
	title: 'Select fields',
	help: 'Takes numbers from a ROS message, in the order given: of fields by path, or of joints by name, in whatever order the message has them.',
	formula: 'message → [n]',
	takes: 'message',
	gives: 'tensor',
	options: {
		fields: texts({
			description:
				'The fields: `linear.x`, `position[0]`, `ranges[0:180]`, `poses[:].position.x`, or a whole array such as `data`.',
			example: 'position, velocity',
			check: parsePath,
		}),
		names: optional(
			texts({
				description:
					'Take these joints by name from each of the fields, which then are arrays as long as the list of names in the message.',
				example: 'slider, hinge',
				prominent: true,
			}),
		),
		namesField: text({
			description: 'Where the message has its list of names.',
			default: 'name',
			check: parsePath,
		}),
		order: choice({
			description: 'With names: what comes after what.',
			default: 'by-field',
			choices: {
				'by-field': 'the first field of all joints, then the second: p1 p2 v1 v2',
				'by-name': 'all fields of the first joint, then of the second: p1 v1 p2 v2',
			},
		}),
		as: choice({ description: 'The type of the result.', default: 'float32', choices: floatTypes }),
		batch: flag({
			description: 'Give `[1, n]`, a batch of one, as most policies take, instead of `[n]`.',
			prominent: true,
		}),
		allowNotFinite: flag({ description: 'Let NaN and infinite values pass, for a step that deals with them.' }),
	},
	create({ fields, names, namesField, order, as, batch, allowNotFinite }, { output }) {
		const paths = fields.map((field, i) => parsePath(`fields[${i}]`, field));
		const give = new Giver(output, as, batch, allowNotFinite);
		if (names === undefined) {
			const readers = paths.map((path) => new PathReader(path, allowNotFinite));
			return {
				run(message: Message) {
					give.sink.length = 0;
					for (const reader of readers) reader.read(message, give.sink);
					return give.block();
				},
			};
		}
		checkJointNames(names);
		const ranged = fields.find((_field, i) => paths[i]?.some(({ kind }) => kind === 'range'));
		if (ranged !== undefined)
			throw new RangeError(`Expected whole arrays in \`fields\` with \`names\`, got ${JSON.stringify(ranged)}`);
		return new ByName({ fields, paths, names, namesField, byField: order === 'by-field', allowNotFinite }, give);
	},
});

/** Gives what a sink collected as a block. */
class Giver {
	readonly sink = new Sink();
	readonly #output: Output;
	readonly #type: 'float32' | 'float64';
	readonly #batch: boolean;
	readonly #allowNotFinite: boolean;
	#dims: readonly number[] = [];

	constructor(output: Output, type: 'float32' | 'float64', batch: boolean, allowNotFinite: boolean) {
		this.#output = output;
		this.#type = type;
		this.#batch = batch;
		this.#allowNotFinite = allowNotFinite;
	}

	block() {
		const { values, length } = this.sink;
		if (this.#dims.at(-1) !== length) this.#dims = this.#batch ? [1, length] : [length];
		const block = this.#output.block(this.#type, this.#dims);
		const out = block.data as NumberArray;
		for (let i = 0; i < length; i++) {
			out[i] = values[i] as number;
			if (!this.#allowNotFinite && !Number.isFinite(out[i])) {
				throw new RangeError(`Expected element ${i} to fit ${this.#type}, got ${values[i]}`);
			}
		}
		return block;
	}
}

interface Joints {
	readonly fields: readonly string[];
	readonly paths: readonly (readonly Segment[])[];
	readonly names: readonly string[];
	readonly namesField: string;
	/** Or else by name. */
	readonly byField: boolean;
	readonly allowNotFinite: boolean;
}

class ByName implements Stage<Message> {
	readonly #joints: Joints;
	readonly #namesPath: readonly Segment[];
	readonly #index: NameIndex;
	readonly #give: Giver;

	constructor(joints: Joints, give: Giver) {
		this.#joints = joints;
		this.#namesPath = parsePath('namesField', joints.namesField);
		this.#index = new NameIndex(joints.names, joints.namesField);
		this.#give = give;
	}

	run(message: Message) {
		const { fields, paths, names, namesField, byField, allowNotFinite } = this.#joints;
		const all = listAt(message, this.#namesPath);
		const indexes = this.#index.of(all);
		const { sink } = this.#give;
		sink.length = 0;
		sink.reserve(names.length * fields.length);
		const { values } = sink;
		for (let f = 0; f < fields.length; f++) {
			const list = listAt(message, paths[f] as readonly Segment[]);
			if (list.length !== all.length) {
				throw new RangeError(
					`Expected \`${fields[f]}\` to have ${countOf(all.length, 'element')} as \`${namesField}\` has, got ${list.length}`,
				);
			}
			for (let n = 0; n < names.length; n++) {
				const value = list[indexes[n] as number];
				values[byField ? f * names.length + n : n * fields.length + f] =
					typeof value === 'number' && Number.isFinite(value)
						? value
						: toNumber(value, allowNotFinite, () => `${fields[f]} of ${names[n]}`);
			}
		}
		sink.length = names.length * fields.length;
		return this.#give.block();
	}
}
