import { SimulatedClock } from '../../lib/ros/clock';
import type { Graph } from '../../lib/ros/graph';
import { qosPresets } from '../../lib/ros/qos';
import type { Stamp } from '../../lib/ros/time';
import type { TypeRegistry } from '../../lib/ros/types/registry';

/** How ROS 2's nodes subscribe to /clock (rclcpp::ClockQoS). */
const clockQos = { ...qosPresets.sensor_data, depth: 1 };

/**
 * The time that a simulation tells on /clock, as with `use_sim_time` of ROS 2.
 * @param onError what is wrong with single messages
 */
export function followClock(graph: Graph, types: TypeRegistry, onError: (error: unknown) => void): SimulatedClock {
	const clock = new SimulatedClock();
	const type = types.message('rosgraph_msgs/msg/Clock');
	const onMessage = (cdr: Uint8Array) => {
		try {
			clock.set(type.decode(cdr).clock as Stamp);
		} catch (error) {
			onError(error);
		}
	};
	// It closes with its graph.
	graph.subscribe('/clock', type.name, clockQos, onMessage, { newestOnly: true });
	return clock;
}
