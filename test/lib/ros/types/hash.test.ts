import { strictEqual } from 'node:assert/strict';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';

describe('type hashes (RIHS01)', () => {
	it('equal the published one of std_msgs/msg/String', () => {
		strictEqual(
			createTypeRegistry().message('std_msgs/msg/String').hash,
			'RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18',
		);
	});
});
