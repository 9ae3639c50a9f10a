import assert from 'node:assert/strict';
import { collect, type FlowNode, load, type Message, next, node, send, unload, until } from './flow';

const context = (transport: string): FlowNode => ({
	id: 'context',
	type: 'ros2-context',
	nodeName: 'node_red',
	namespace: '/',
	domainId: '42',
	discoveryRange: 'off',
	transport,
});
const flow: FlowNode[] = [
	{ id: 'publish', type: 'ros2-publish', context: 'context', topic: '/a', messageType: 'std_msgs/msg/String' },
	{
		id: 'subscribe',
		type: 'ros2-subscribe',
		context: 'context',
		topic: '/a',
		messageType: 'std_msgs/msg/String',
		newestOnly: false,
		wires: [['out']],
	},
	{ id: 'out', type: 'helper' },
	{ id: 'catch', type: 'catch', wires: [['errors']] },
	{ id: 'errors', type: 'helper' },
];

describe('the transport of a ros2-context, where no ROS 2 is sourced', () => {
	const { AMENT_PREFIX_PATH, ROS_DISTRO } = process.env;
	before(() => {
		delete process.env.AMENT_PREFIX_PATH;
		delete process.env.ROS_DISTRO;
	});
	after(() => {
		if (AMENT_PREFIX_PATH !== undefined) process.env.AMENT_PREFIX_PATH = AMENT_PREFIX_PATH;
		if (ROS_DISTRO !== undefined) process.env.ROS_DISTRO = ROS_DISTRO;
	});
	afterEach(unload);

	for (const transport of ['auto', 'embedded']) {
		it(`is embedded with ${transport}`, async () => {
			await load([context(transport), ...flow]);
			const { transport: used } = node('context') as unknown as { transport: { name: string; without?: Error } };
			assert.equal(used.name, 'embedded');
			assert.equal(used.without !== undefined, transport === 'auto');
			const got = next('out');
			send('publish', { payload: { data: 'hello' } });
			assert.deepEqual((await got).payload, { data: 'hello' });
		});
	}

	it('is refused with native, saying what is missing and what to run', async () => {
		const errors = () => collect('errors');
		await load([context('native'), ...flow]);
		const caught: Message[] = errors();
		send('publish', { payload: { data: 'hello' } });
		await until(() => caught.length > 0);
		const { message } = caught[0]!.error as { message: string };
		assert.match(message, /ROS 2 that is sourced.*source \/opt\/ros\/jazzy\/setup\.bash && node-red/);
	});
});
