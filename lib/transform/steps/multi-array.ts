import { createData, elementCount } from '../../tensor/tensor';
import { convert } from '../convert';
import { choice } from '../schema';
import { type Block, defineStep, type MutableBlock } from '../step';
import { finiteNumbers } from '../to-message';

const types = {
	Float64MultiArray: 'float64',
	Float32MultiArray: 'float32',
	Int64MultiArray: 'int64',
	Int32MultiArray: 'int32',
	Int16MultiArray: 'int16',
	Int8MultiArray: 'int8',
	UInt8MultiArray: 'uint8',
} as const;

/** A tensor as std_msgs/msg/Float64MultiArray or one of its like, with its dimensions as the layout. */
export const multiArray = defineStep({
	name: 'multi-array',
	group: 'To a message',
	title: 'Array command (MultiArray)',
	help: 'Makes an array message, such as the forward controllers of ros2_control take. Where the type of the tensor is that of the message nothing is copied.',
	formula: '[...] → std_msgs/msg/Float64MultiArray',
	takes: 'tensor',
	gives: 'message',
	sharesInput: true,
	options: {
		messageType: choice({
			description: 'Which array.',
			default: 'Float64MultiArray',
			prominent: true,
			choices: {
				Float64MultiArray: 'double precision, what most controllers take',
				Float32MultiArray: 'single precision',
				Int64MultiArray: '64-bit whole numbers',
				Int32MultiArray: '32-bit whole numbers',
				Int16MultiArray: '16-bit whole numbers',
				Int8MultiArray: '8-bit whole numbers',
				UInt8MultiArray: 'bytes',
			},
		}),
	},
	create({ messageType }) {
		const type = types[messageType];
		return {
			messageType: `std_msgs/msg/${messageType}`,
			run(input: Block) {
				const { dims } = input;
				if (input.type === 'float32' || input.type === 'float64') {
					finiteNumbers(input, input.data.length, (i) => `element ${i}`);
				}
				const layout = {
					dim: dims.map((size, i) => ({ label: '', size, stride: elementCount(dims.slice(i)) })),
					data_offset: 0,
				};
				if (input.type === type) return { layout, data: input.data };
				const block: MutableBlock = { type, dims, data: createData(type, input.data.length) };
				convert(input, 0, block, 0, input.data.length);
				return { layout, data: block.data };
			},
		};
	},
});
