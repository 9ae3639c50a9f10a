import { checkObject, show } from '../check';
import { Tensor } from '../tensor/tensor';
import { isList } from './path';
import { optional, text } from './schema';
import type { Message } from './step';

/** The name of a tensor among several, when the step says one. */
export type TakeTensor = string | undefined;

/** The option that every step which takes a tensor has besides its own. */
export const tensorOption = optional(
	text({
		description: 'Of several named tensors that come in, which this step takes. Only for the first step of a list.',
		example: 'logits',
	}),
);

/**
 * Takes a tensor from what came in: a Tensor or what Tensor.from takes, or one of an object of named tensors, by
 * `name` or because there is no other.
 * @throws RangeError when there are several and none is chosen, TypeError when it is something else.
 */
export function takeTensor(name: TakeTensor): (input: unknown) => Tensor {
	return (input) => {
		if (input instanceof Tensor && name === undefined) return input;
		if (Tensor.isTensorLike(input) || Array.isArray(input) || typeof input === 'number') {
			if (name === undefined) return Tensor.from(input, 'payload');
			throw new TypeError(
				`Expected an object of named tensors to take ${show(name)} from, got one tensor; leave \`tensor\` empty`,
			);
		}
		return Tensor.from(namedTensor(input, name), `payload.${name ?? 'tensor'}`);
	};
}

function namedTensor(input: unknown, name: TakeTensor): unknown {
	if (typeof input !== 'object' || input === null) {
		throw new TypeError(`Expected a tensor to come in, got ${show(input)}`);
	}
	const all = Object.entries(input);
	const tensors = all.filter(([, value]) => Tensor.isTensorLike(value));
	if (all.length === 0 || tensors.length < all.length) {
		throw new TypeError(
			'Expected a tensor or an object of named tensors to come in, got a message; start with a select step to take its fields',
		);
	}
	const names = tensors.map(([key]) => key).join(', ');
	if (name === undefined) {
		if (tensors.length === 1) return tensors[0]?.[1];
		throw new RangeError(`Expected \`tensor\` to say which of the tensors ${names} is meant`);
	}
	const found = tensors.find(([key]) => key === name);
	if (!found) throw new RangeError(`There is no tensor ${show(name)} among ${names}`);
	return found[1];
}

/**
 * Takes a ROS message from what came in.
 * @throws TypeError when it is a tensor, an array or no object at all.
 */
export function takeMessage(input: unknown): Message {
	if (Tensor.isTensorLike(input) || isList(input)) {
		throw new TypeError(`Expected a ROS message to come in, got ${input instanceof Tensor ? input : show(input)}`);
	}
	return checkObject('payload', input);
}
