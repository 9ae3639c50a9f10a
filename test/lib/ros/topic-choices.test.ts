import assert from 'node:assert/strict';
import { qosPresets } from '../../../lib/ros/qos';
import { topicChoices } from '../../../lib/ros/topic-choices';

const topic = (name: string, publishers: number, subscriptions: number) => ({
	topic: name,
	typeNames: ['std_msgs/msg/String'],
	publishers: Array(publishers).fill(qosPresets.default),
	subscriptions: Array(subscriptions).fill(qosPresets.default),
});

describe('the topics to choose from', () => {
	const topics = [
		topic('/rosout', 3, 0),
		topic('/move/_action/feedback', 1, 1),
		topic('/scan', 1, 0),
		topic('/cmd_vel', 0, 2),
		topic('/a', 1, 1),
	];
	const names = (side: 'publishers' | 'subscriptions') => topicChoices(topics, side).map((choice) => choice.topic);

	it('have the other half, those of ROS 2 itself and hidden ones last', () => {
		assert.deepEqual(names('publishers'), ['/a', '/scan', '/rosout', '/move/_action/feedback']);
		assert.deepEqual(names('subscriptions'), ['/a', '/cmd_vel', '/move/_action/feedback']);
	});
});
