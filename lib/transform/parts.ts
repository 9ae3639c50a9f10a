import { parsePath, type Segment } from './path';
import { PathReader, Sink } from './read';
import { choice, rows } from './schema';
import type { AnyStep, Message } from './step';
import { defineStep } from './step';
import { floatTypes } from './types';

/** A part of a message that has a name: which fields it is made of. */
export type Parts = Readonly<Record<string, { readonly meaning: string; readonly fields: readonly string[] }>>;

const axes = ['x', 'y', 'z'];

/** `angular_velocity` -> its x, y and z. */
export function xyz(path: string): string[] {
	return axes.map((axis) => `${path}.${axis}`);
}

/** `orientation` -> its x, y, z and w. */
export function xyzw(path: string): string[] {
	return [...xyz(path), `${path}.w`];
}

/** A step that takes parts of messages of one type by name, so that nobody has to know the paths of the fields. */
export function partsStep(step: Pick<AnyStep, 'name' | 'title' | 'help' | 'formula'>, parts: Parts): AnyStep {
	const choices = Object.fromEntries(Object.entries(parts).map(([name, { meaning }]) => [name, meaning]));
	return defineStep({
		...step,
		group: 'Sensors',
		takes: 'message',
		gives: 'tensor',
		options: {
			parts: rows({
				description: 'Which parts, in the order of the vector.',
				item: { part: choice({ description: 'What to take.', choices, prominent: true }) },
			}),
			as: choice({ description: 'The type of the result.', default: 'float32', choices: floatTypes }),
		},
		create({ parts: chosen, as }, { output }) {
			const paths: Segment[][] = chosen.flatMap(({ part }) =>
				(parts[part]?.fields ?? []).map((field) => parsePath('field', field)),
			);
			const readers = paths.map((path) => new PathReader(path, false));
			const sink = new Sink();
			return {
				run(message: Message) {
					sink.length = 0;
					for (const reader of readers) reader.read(message, sink);
					const block = output.block(as, [sink.length]);
					for (let i = 0; i < sink.length; i++) block.data[i] = sink.values[i] as never;
					return block;
				},
			};
		},
	});
}
