import { createHash } from 'node:crypto';
import type { Definition, FieldType } from './definition';
import { isPrimitive } from './definition';

/** Numbers of type_description_interfaces/msg/FieldType. A `char` of a .msg file is an uint8 of IDL. */
const typeIds: Readonly<Record<string, number>> = {
	int8: 2,
	uint8: 3,
	char: 3,
	int16: 4,
	uint16: 5,
	int32: 6,
	uint32: 7,
	int64: 8,
	uint64: 9,
	float32: 10,
	float64: 11,
	bool: 15,
	byte: 16,
	string: 17,
	wstring: 18,
};
const nestedTypeId = 1;
/** What a bound on its length adds to the number of a string type. */
const boundedString = 4;
/** What the kind of an array adds to the number of its element type. */
const arrayOffsets = { fixed: 48, bounded: 96, unbounded: 144 } as const;

/**
 * The RIHS01 hash of a type: SHA-256 over its description and those of all types it is made of, as the JSON that
 * rosidl_generator_type_description writes.
 * @param definitionOf gives the definition of a full type name
 * @see https://github.com/ros-infrastructure/rep/pull/381 (REP 2016)
 */
export function typeHash(definition: Definition, definitionOf: (name: string) => Definition): string {
	const referenced = new Map<string, Definition>();
	const collect = ({ fields }: Definition) => {
		for (const { type } of fields) {
			if (isPrimitive(type.base) || referenced.has(type.base)) continue;
			const nested = definitionOf(type.base);
			referenced.set(type.base, nested);
			collect(nested);
		}
	};
	collect(definition);
	const others = [...referenced.keys()].sort().map((name) => describe(referenced.get(name)!));
	const json = `{"type_description": ${describe(definition)}, "referenced_type_descriptions": [${others.join(', ')}]}`;
	return `RIHS01_${createHash('sha256').update(json).digest('hex')}`;
}

/** The canonical JSON of one type: a space after each comma and colon. Names are ASCII without anything to escape. */
function describe({ name, fields }: Definition): string {
	// IDL has no empty structures, so rosidl gives them a member.
	const given = fields.length > 0 ? fields : [{ name: 'structure_needs_at_least_one_member', type: { base: 'uint8' } }];
	const described = given.map((field) => `{"name": "${field.name}", "type": ${describeType(field.type)}}`);
	return `{"type_name": "${name}", "fields": [${described.join(', ')}]}`;
}

function describeType({ base, stringBound, array }: FieldType): string {
	const nested = isPrimitive(base) ? '' : base;
	let id = nested === '' ? typeIds[base]! : nestedTypeId;
	if (stringBound !== undefined) id += boundedString;
	if (array) id += arrayOffsets[array.kind];
	const capacity = array && array.kind !== 'unbounded' ? array.size : 0;
	return `{"type_id": ${id}, "capacity": ${capacity}, "string_capacity": ${stringBound ?? 0}, "nested_type_name": "${nested}"}`;
}
