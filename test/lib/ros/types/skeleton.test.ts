import assert from 'node:assert/strict';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';
import { messageSkeleton } from '../../../../lib/ros/types/skeleton';

describe('the skeleton of a message', () => {
	const types = createTypeRegistry();
	const skeleton = (name: string) => messageSkeleton(types.message(name), types.message);

	it('has every field at its default, and one element in arrays of structures', () => {
		assert.deepEqual(skeleton('geometry_msgs/msg/Twist'), {
			linear: { x: 0, y: 0, z: 0 },
			angular: { x: 0, y: 0, z: 0 },
		});
		const trajectory = skeleton('trajectory_msgs/msg/JointTrajectory') as Record<string, unknown>;
		assert.deepEqual(trajectory.joint_names, []);
		assert.deepEqual(trajectory.points, [
			{
				positions: [],
				velocities: [],
				accelerations: [],
				effort: [],
				time_from_start: { sec: 0, nanosec: 0 },
			},
		]);
		const imu = skeleton('sensor_msgs/msg/Imu') as { orientation_covariance: number[] };
		assert.equal(imu.orientation_covariance.length, 9);
	});

	it('can be sent, whatever the type', () => {
		for (const name of types.messageNames()) {
			const type = types.message(name);
			const json = JSON.parse(JSON.stringify(skeleton(name)));
			assert.doesNotThrow(() => type.encode(json), name);
		}
	});
});
