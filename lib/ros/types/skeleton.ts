import { isPrimitive } from './definition';
import { messageToJson } from './json';
import type { Message, MessageType } from './registry';

/**
 * A message of a type as JSON, to copy and fill in: every field at its default, and in every array of structures one
 * element, so that its fields can be seen. `encode` takes it.
 * @param typeOf the types of its fields, by full name
 */
export function messageSkeleton(type: MessageType, typeOf: (name: string) => MessageType): unknown {
	return messageToJson(fill(type, typeOf));
}

function fill(type: MessageType, typeOf: (name: string) => MessageType): Message {
	const message = type.create();
	for (const { name, type: field } of type.definition.fields) {
		if (isPrimitive(field.base)) continue;
		const one = () => fill(typeOf(field.base), typeOf);
		if (field.array === undefined) message[name] = one();
		else if (field.array.kind === 'fixed') message[name] = Array.from({ length: field.array.size }, one);
		else message[name] = [one()];
	}
	return message;
}
