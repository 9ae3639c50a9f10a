import { checkObject, show } from '../../check';
import { createData, type TensorType } from '../../tensor/tensor';
import { convert } from '../convert';
import { countOf, describe } from '../elements';
import { choice, flag, json, rows, text } from '../schema';
import { stampOf } from '../stamp';
import { type Block, type Carrier, defineStep, type Message, type MutableBlock } from '../step';
import { numericTypes } from '../types';
import { copyJson, PathWriter } from '../write';

/** Full name of a ROS message type: `package/msg/Name`. */
export function checkMessageType(name: string, value: string): void {
	if (!/^[a-z][a-z0-9_]*\/msg\/[A-Z][A-Za-z0-9]*$/.test(value)) {
		throw new RangeError(
			`Expected \`${name}\` to be a type such as std_msgs/msg/Float64MultiArray, got ${show(value)}`,
		);
	}
}

/** A ROS message from the elements of a tensor and a template for the other fields. */
export const message = defineStep({
	name: 'message',
	group: 'To a message',
	title: 'Build a message',
	help: 'Makes a ROS message of any type: some fields from the elements of the tensor, the others from a template. Fields in neither take the default of the type when the message is published.',
	formula: '[n] → message',
	takes: 'tensor',
	gives: 'message',
	sharesInput: true,
	options: {
		messageType: text({
			description: 'The full name of the type.',
			example: 'std_msgs/msg/Float64MultiArray',
			check: checkMessageType,
		}),
		fields: rows({
			description: 'Which elements go to which field. Every element of the tensor has to go somewhere.',
			item: {
				field: text({ description: 'The field, such as `data` or `linear.x`.', example: 'data', check: parseField }),
				elements: text({
					description:
						'One element, `0`, counted from 0 over the whole tensor; or an array of some, `0:3`, or of all, `:`.',
					default: ':',
					prominent: true,
					check: parseElements,
				}),
				as: choice({
					description: 'The type of the field.',
					prominent: true,
					default: 'float64',
					choices: numericTypes,
				}),
			},
		}),
		template: json({
			description: 'The other fields of the message, as JSON.',
			prominent: true,
			default: {},
			example: '{"header": {"frame_id": "base_link"}}',
			check: checkObject,
		}),
		stamp: choice({
			description: 'What goes to `header.stamp`.',
			default: 'none',
			choices: {
				none: 'nothing: what the template has',
				sensor: 'the stamp of the sensor message that this was made from (`msg.ros.stamp`)',
			},
		}),
		allowNotFinite: flag({ description: 'Let NaN and infinite elements pass into the message.' }),
	},
	create({ messageType, fields, template, stamp, allowNotFinite }) {
		const parts = fields.map(({ field, elements, as }, i) => ({
			writer: new PathWriter(`fields[${i}].field`, field),
			elements: parseElements(`fields[${i}].elements`, elements),
			as,
		}));
		const stampWriter = stamp === 'sensor' ? new PathWriter('stamp', 'header.stamp') : undefined;
		let checkedCount = -1;
		return {
			messageType,
			run(input: Block, carrier: Carrier) {
				if (input.data.length !== checkedCount) {
					checkCovered(parts, input);
					checkedCount = input.data.length;
				}
				if (!allowNotFinite) checkFinite(input);
				const built = copyJson(template) as Message;
				for (const { writer, elements, as } of parts) writer.write(built, pick(input, elements, as));
				stampWriter?.write(built, stampOf(carrier));
				return built;
			},
		};
	},
});

/** One element, or a half-open range of them. */
type Elements = { readonly at: number } | { readonly from: number; readonly to: number | undefined };

function parseField(name: string, value: string): void {
	new PathWriter(name, value);
}

function parseElements(name: string, value: string): Elements {
	const found = /^(?:(\d{1,9})|(\d{1,9})?:(\d{1,9})?)$/.exec(value);
	if (!found) throw new RangeError(`Expected \`${name}\` to be elements such as 0, 0:3 or :, got ${show(value)}`);
	if (found[1] !== undefined) return { at: Number(found[1]) };
	return { from: Number(found[2] ?? 0), to: found[3] === undefined ? undefined : Number(found[3]) };
}

/** @throws RangeError when a part asks for elements that are not there, or an element goes nowhere. */
function checkCovered(parts: readonly { readonly elements: Elements }[], input: Block): void {
	const count = input.data.length;
	const used = new Uint8Array(count);
	for (const [i, { elements }] of parts.entries()) {
		const from = 'at' in elements ? elements.at : elements.from;
		const to = 'at' in elements ? elements.at + 1 : (elements.to ?? count);
		if (to > count || from > to) {
			throw new RangeError(
				`Expected elements ${'at' in elements ? from : `${from}:${to}`} for \`fields[${i}]\`, got ${describe(input)} with ${countOf(count, 'element')}`,
			);
		}
		used.fill(1, from, to);
	}
	const left = used.indexOf(0);
	if (left >= 0) {
		throw new RangeError(`Expected every element of ${describe(input)} to go to a field, got none for element ${left}`);
	}
}

/** @throws RangeError when an element is NaN or infinite: no robot is to get that. */
function checkFinite({ type, data }: Block): void {
	if (type !== 'float32' && type !== 'float64') return;
	for (let i = 0; i < data.length; i++) {
		if (!Number.isFinite(data[i])) {
			throw new RangeError(`element ${i} is ${data[i]}; what goes into a message has to be finite`);
		}
	}
}

function pick(input: Block, elements: Elements, as: TensorType): unknown {
	if ('at' in elements) {
		const one: MutableBlock = { type: as, dims: [], data: createData(as, 1) };
		convert(input, elements.at, one, 0, 1);
		return as === 'bool' ? one.data[0] === 1 : one.data[0];
	}
	const to = elements.to ?? input.data.length;
	const { from } = elements;
	if (input.type === as) {
		if (from === 0 && to === input.data.length) return input.data;
		return (input.data as Float32Array).subarray(from, to);
	}
	const part: MutableBlock = { type: as, dims: [to - from], data: createData(as, to - from) };
	convert(input, from, part, 0, to - from);
	return part.data;
}
