import { BriefError } from '../../check';
import { arrayCodec, numericArrayCodec } from './codec/arrays';
import type { Codec } from './codec/codec';
import { numericCodecs } from './codec/numbers';
import { missing, type StructField, structCodec } from './codec/struct';
import { boolCodec, stringCodec, wstringCodec } from './codec/texts';
import type { Definition, Field, FieldType, PrimitiveValue } from './definition';
import { isPrimitive, showType } from './definition';

/** Turns definitions into codecs, each once, with those of the types within. */
export class Compiler {
	private readonly codecs = new Map<string, Codec<Record<string, unknown>>>();
	/** Types whose fields are being compiled: one that comes up again contains itself. */
	private readonly open: string[] = [];

	/** @param definitionOf gives the definition of a full type name; the second is the type that uses it */
	constructor(private readonly definitionOf: (name: string, usedBy?: string) => Definition) {}

	/** @throws BriefError when a type is unknown, broken, or contains itself */
	compile(name: string, usedBy?: string): Codec<Record<string, unknown>> {
		const known = this.codecs.get(name);
		if (known) return known;
		if (this.open.includes(name)) {
			throw new BriefError(
				'bad definition',
				`Expected types that do not contain themselves, got ${[...this.open, name].join(' in ')}. Correct the definition and deploy.`,
			);
		}
		this.open.push(name);
		try {
			const { fields } = this.definitionOf(name, usedBy);
			const codec = structCodec(
				name,
				fields.map((field) => this.field(field, name)),
			);
			this.codecs.set(name, codec);
			return codec;
		} finally {
			this.open.pop();
		}
	}

	private field({ name, type, default: value }: Field, owner: string): StructField {
		const codec = this.fieldCodec(type, owner);
		if (value !== undefined) return { name, codec, makeDefault: () => defaultOf(type, value) };
		const isStructure = !isPrimitive(type.base) && !type.array;
		return { name, codec, makeDefault: isStructure ? () => missing : () => codec.create() };
	}

	private fieldCodec(type: FieldType, owner: string): Codec {
		const { base, array } = type;
		const numeric = numericCodecs[base];
		if (numeric) return array ? numericArrayCodec(numeric, array) : numeric;
		const element = this.elementCodec(type, owner);
		if (!array) return element;
		const { array: _, ...elementType } = type;
		const kind = base === 'bool' ? 'bool' : base === 'string' || base === 'wstring' ? 'string' : 'structure';
		return arrayCodec(element, array, kind, showType(elementType));
	}

	private elementCodec({ base, stringBound }: FieldType, owner: string): Codec {
		if (base === 'bool') return boolCodec;
		if (base === 'string') return stringCodec(stringBound);
		if (base === 'wstring') return wstringCodec(stringBound);
		return this.compile(base, owner);
	}
}

/** A default in the form that decode gives: numeric arrays as typed arrays. */
function defaultOf({ base, array }: FieldType, value: NonNullable<Field['default']>): unknown {
	if (!array) return value;
	const values = value as readonly PrimitiveValue[];
	const numeric = numericCodecs[base];
	if (!numeric) return [...values];
	if (numeric.ArrayType === Uint8Array) return Buffer.from(values as number[]);
	return (numeric.ArrayType as { from(values: readonly unknown[]): unknown }).from(values);
}
