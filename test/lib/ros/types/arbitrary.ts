import fc from 'fast-check';
import { type Field, integerRanges } from '../../../../lib/ros/types/definition';
import type { MessageType, TypeRegistry } from '../../../../lib/ros/types/registry';

function primitive(base: string, stringBound: number | undefined): fc.Arbitrary<unknown> {
	if (base === 'bool') return fc.boolean();
	if (base === 'float32') return fc.float();
	if (base === 'float64') return fc.double();
	const range = integerRanges[base];
	if (range) {
		if (base === 'int64' || base === 'uint64') return fc.bigInt({ min: range[0], max: range[1] });
		return fc.integer({ min: Number(range[0]), max: Number(range[1]) });
	}
	const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((value) => !value.includes('\0'));
	return stringBound === undefined ? text : text.filter((value) => Buffer.byteLength(value) <= stringBound);
}

const arrayTypes: Record<string, { from(items: never[]): unknown }> = {
	byte: Buffer,
	char: Buffer,
	uint8: Buffer,
	int8: Int8Array,
	int16: Int16Array,
	uint16: Uint16Array,
	int32: Int32Array,
	uint32: Uint32Array,
	int64: BigInt64Array,
	uint64: BigUint64Array,
	float32: Float32Array,
	float64: Float64Array,
};

/** Messages of a type in the form that decode gives. */
export function messages(registry: TypeRegistry, type: MessageType): fc.Arbitrary<Record<string, unknown>> {
	const field = ({ type: { base, stringBound, array } }: Field): fc.Arbitrary<unknown> => {
		const one = base.includes('/') ? messages(registry, registry.message(base)) : primitive(base, stringBound);
		if (!array) return one;
		const [minLength, maxLength] = array.kind === 'fixed' ? [array.size, array.size] : [0, 6];
		const items = fc.array(one, {
			minLength,
			maxLength: array.kind === 'bounded' ? Math.min(6, array.size) : maxLength,
		});
		const ArrayType = arrayTypes[base];
		return ArrayType ? items.map((values) => ArrayType.from(values as never[])) : items;
	};
	return fc.record(Object.fromEntries(type.definition.fields.map((item) => [item.name, field(item)])));
}

/** Every message of a registry, those inside of services and actions included. */
export function allTypes(registry: TypeRegistry): MessageType[] {
	const services = registry.serviceNames().map((name) => registry.service(name));
	const actions = registry.actionNames().map((name) => registry.action(name));
	return [
		...registry.messageNames().map((name) => registry.message(name)),
		...[...services, ...actions.flatMap(({ sendGoal, getResult }) => [sendGoal, getResult])].flatMap(
			({ request, response }) => [request, response],
		),
		...actions.flatMap(({ goal, result, feedback, feedbackMessage }) => [goal, result, feedback, feedbackMessage]),
	];
}

/** A message as decode gives it: fast-check makes records without a prototype, decode makes plain objects. */
export function plain(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(plain);
	if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
