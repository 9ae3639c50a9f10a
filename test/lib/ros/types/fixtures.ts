import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Definition, Field } from '../../../../lib/ros/types/definition';
import { createTypeRegistry, type TypeRegistry } from '../../../../lib/ros/types/registry';

/** The folder of the fixtures, seen from dist/test/lib/ros/types. */
export const fixtures = join(__dirname, '../../../../../test/fixtures/messages');

/** The bundled types and those of the fixtures. */
export const registry = createTypeRegistry({ folders: [join(fixtures, 'interfaces')] });

export interface CapturedMessage {
	readonly type: string;
	readonly message: Record<string, unknown>;
	readonly cdr: Buffer;
}

/** Messages that another implementation wrote; see make-cdr.mjs. */
export function capturedMessages(): CapturedMessage[] {
	const cases: { type: string; message: Record<string, unknown>; cdr: string }[] = JSON.parse(
		readFileSync(join(fixtures, 'cdr.json'), 'utf8'),
	);
	return cases.map((item) => ({ ...item, cdr: Buffer.from(item.cdr, 'hex') }));
}

const arrays: Record<string, (items: never[]) => unknown> = {
	byte: (items) => Buffer.from(items),
	char: (items) => Buffer.from(items),
	uint8: (items) => Buffer.from(items),
	int8: (items) => Int8Array.from(items),
	int16: (items) => Int16Array.from(items),
	uint16: (items) => Uint16Array.from(items),
	int32: (items) => Int32Array.from(items),
	uint32: (items) => Uint32Array.from(items),
	int64: (items) => BigInt64Array.from((items as (string | bigint)[]).map(BigInt)),
	uint64: (items) => BigUint64Array.from((items as (string | bigint)[]).map(BigInt)),
	float32: (items) => Float32Array.from(items),
	float64: (items) => Float64Array.from(items),
};

/** A message of plain JSON, which has NaN, infinities and 64-bit integers as texts, in the form that decode gives. */
export function asDecoded(
	definition: Definition,
	message: Record<string, unknown>,
	types: TypeRegistry = registry,
): Record<string, unknown> {
	return Object.fromEntries(
		definition.fields.map((field) => [field.name, fieldAsDecoded(field, message[field.name], types)]),
	);
}

function fieldAsDecoded({ type: { base, array } }: Field, value: unknown, types: TypeRegistry): unknown {
	const one = (item: unknown) => {
		if (base === 'int64' || base === 'uint64') return BigInt(item as string);
		if (base === 'float32' || base === 'float64') return Number(item);
		if (!base.includes('/')) return item;
		return asDecoded(types.message(base).definition, item as Record<string, unknown>, types);
	};
	if (!array) return one(value);
	return arrays[base]?.(value as never[]) ?? (value as unknown[]).map(one);
}

/** Bytes of hexadecimal digits, spaced as one likes. */
export function hex(text: string): Buffer {
	return Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
}

/** The hash of a type by its full name: a message, a service, an action, or a part of these. */
export function hashOf(registry: TypeRegistry, name: string): string {
	const kind = name.split('/')[1];
	if (kind === 'msg' || /_(Request|Response|Event|Goal|Result|Feedback|FeedbackMessage)$/.test(name)) {
		return registry.message(name).hash;
	}
	if (name.endsWith('_SendGoal')) return registry.action(name.replace('_SendGoal', '')).sendGoal.hash;
	if (name.endsWith('_GetResult')) return registry.action(name.replace('_GetResult', '')).getResult.hash;
	return kind === 'srv' ? registry.service(name).hash : registry.action(name).hash;
}
