import type { NodeAPI } from 'node-red';
import { BriefError } from '../../lib/check';
import type { EndpointEvent } from '../../lib/ros/graph';
import { expandTopicName } from '../../lib/ros/names';
import { qosPresets } from '../../lib/ros/qos';
import type { RobotState } from '../../lib/sim/protocol';
import { Simulation } from '../../lib/sim/simulation';
import { defineNode } from '../shared/define-node';
import { asError } from '../shared/on-input';
import { contextOf } from '../shared/ros2-context';
import { properties } from './config';
import { actOn } from './input';
import { jointStates } from './joint-state';
import { readModel } from './model';
import { stateStatus } from './state-status';
import { serveView } from './view';

export default function (RED: NodeAPI): void {
	const view = serveView(RED);

	defineNode(RED, 'sim-robot', properties, async ({ node, options, status, report }) => {
		const { graph, types } = contextOf(RED, options.context);
		const stateTopic = expandTopicName('stateTopic', options.stateTopic, graph);
		const commandTopic = expandTopicName('commandTopic', options.commandTopic, graph);
		const xml = await readModel(options.robot, options.file, RED.settings.userDir ?? process.cwd());
		const command = types.message('std_msgs/msg/Float64MultiArray');
		const state = types.message('sensor_msgs/msg/JointState');
		const onError = (error: Error) => {
			status.set('red', 'dot', error instanceof BriefError ? error.brief : 'stopped');
			report(error);
		};
		let publish = (_state: RobotState): void => {};
		const simulation = await Simulation.start(
			{ xml, rate: options.rate, commandTimeout: options.commandTimeout, lockstep: options.lockstep },
			{ onState: (state) => publish(state), onError },
		);

		const { joints } = simulation.description;
		const fill = jointStates(joints);
		const showState = stateStatus(joints, options.rate, status, RED._('sim-robot.status.slow'));
		/** An endpoint of the other side that does not fit is told once per fault, not per message. */
		const onEvent = (event: EndpointEvent) => {
			if (event.kind === 'incompatible') report(new Error(event.message));
		};
		// What was wrong with the last command: of a run of bad ones only the first is told, not fifty a second.
		let refused = '';
		const onCommand = (cdr: Uint8Array) => {
			try {
				simulation.command(command.decode(cdr).data as ArrayLike<number>);
				refused = '';
			} catch (reason) {
				const error = asError(reason);
				if (error.message === refused) return;
				refused = error.message;
				report(error, { topic: commandTopic });
			}
		};

		const endpoints: { close(): void }[] = [];
		const close = async () => {
			publish = () => {};
			try {
				for (const endpoint of endpoints) endpoint.close();
			} finally {
				await simulation.close();
			}
		};
		try {
			const publisher = graph.advertise(stateTopic, state.name, qosPresets.default, { onEvent });
			endpoints.push(publisher);
			const subscribeOptions = { newestOnly: true, onEvent };
			const qos = qosPresets.system_default;
			endpoints.push(graph.subscribe(commandTopic, command.name, qos, onCommand, subscribeOptions));
			endpoints.push(view.add({ id: node.id, name: node.name || options.robot, simulation }));
			publish = (robotState) => {
				try {
					publisher.publish(state.encode(fill(robotState)));
					showState(robotState);
				} catch (error) {
					// A context that closes first, in a new deployment, takes its publishers along.
					publish = () => {};
					onError(asError(error));
				}
			};
		} catch (error) {
			await close();
			throw error;
		}
		status.set('green', 'ring', RED._('sim-robot.status.running', { rate: String(options.rate) }));
		return { input: (message) => actOn(simulation, message), close };
	});
}
