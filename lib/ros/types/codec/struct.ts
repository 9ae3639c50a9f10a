import { show } from '../../../check';
import { nearNames } from '../near';
import type { Codec } from './codec';
import { at, Problem } from './problem';

export interface StructField {
	readonly name: string;
	readonly codec: Codec;
	/** A new value for a message in which the field is missing. */
	readonly makeDefault: () => unknown;
}

type Fields = Record<string, unknown>;

/** What a missing structure is written from: each of its fields is missing too. */
export const missing: Readonly<Fields> = Object.freeze({});

/** The codec of a structure; `name` is its full type name. */
export function structCodec(name: string, fields: readonly StructField[]): Codec<Fields> {
	const count = fields.length;
	const names = fields.map((field) => field.name);
	const codecs = fields.map((field) => field.codec);
	const defaults = fields.map((field) => field.makeDefault());
	// An object has these without having the field: `constructor` is a name that a field may have.
	const hidden = names.map((field) => field in Object.prototype);
	return {
		// A structure without fields still takes a byte: DDS has no empty structures.
		minBytes: Math.max(
			1,
			codecs.reduce((sum, codec) => sum + codec.minBytes, 0),
		),
		write(writer, value) {
			if (typeof value !== 'object' || value === null || Array.isArray(value) || ArrayBuffer.isView(value)) {
				throw notAnObject(name, names, value);
			}
			let found = 0;
			let i = 0;
			try {
				for (; i < count; i++) {
					const field = names[i] as string;
					const item = hidden[i] && !Object.hasOwn(value, field) ? undefined : (value as Fields)[field];
					if (item !== undefined) found++;
					(codecs[i] as Codec).write(writer, item ?? defaults[i]);
				}
			} catch (error) {
				throw at(names[i] as string, error);
			}
			if (count === 0) writer.uint8(0);
			if (value === missing) return;
			let given = 0;
			for (const _ in value) given++;
			if (given !== found || given === 0) checkNames(name, names, value as Fields);
		},
		read(reader) {
			const message: Fields = {};
			let i = 0;
			try {
				for (; i < count; i++) message[names[i] as string] = (codecs[i] as Codec).read(reader);
			} catch (error) {
				throw at(names[i] as string, error);
			}
			if (count === 0) reader.take(1, 1);
			return message;
		},
		create() {
			const message: Fields = {};
			for (const field of fields) message[field.name] = createField(field);
			return message;
		},
	};
}

function createField({ codec, makeDefault }: StructField): unknown {
	const value = makeDefault();
	return value === missing ? codec.create() : value;
}

function notAnObject(name: string, names: readonly string[], value: unknown): Problem {
	const shape = names.length > 0 ? `{ ${names.slice(0, 4).join(', ')}${names.length > 4 ? ', ...' : ''} }` : '{}';
	return new Problem(TypeError, `expected ${name}, an object ${shape}, got ${show(value)}`);
}

/** Refuses what has other fields than the type: a misspelled one would otherwise be lost and its default be sent. */
function checkNames(name: string, names: readonly string[], value: Fields): void {
	const unknown = Object.keys(value).find((key) => !names.includes(key));
	if (unknown !== undefined) {
		const near = nearNames(unknown, names, 1);
		const hint = near.length > 0 ? `; did you mean ${near[0]}?` : `; its fields are ${names.join(', ') || 'none'}`;
		const problem = new Problem(RangeError, `${name} has no such field${hint}`);
		problem.steps.push(unknown);
		throw problem;
	}
	// A Map, a Date or a promise has no keys either, and must not pass for an empty message.
	const tag = Object.prototype.toString.call(value);
	if (tag !== '[object Object]') throw notAnObject(name, names, value);
}
