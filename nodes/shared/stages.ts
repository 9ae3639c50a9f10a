import type { Node } from 'node-red';
import { systemNow } from '../../lib/ros/clock';
import type { RosInfo } from './ros-info';

/** The share of one node in the time that a message takes through a flow: plain data, so that wires can clone it. */
export interface Stage {
	/** What the node is called, or else its type. */
	readonly name: string;
	/** When the message came to the node: ms since the Unix epoch, as `receivedAt`. */
	readonly at: number;
	/** How long the node had it, waiting included, ms. */
	readonly time: number;
}

/** More are no way but a loop of wires; the oldest are left out. */
const mostStages = 32;

/** What a node's share is called. */
export function stageName(node: Pick<Node, 'name' | 'type'>): string {
	return node.name || node.type;
}

/**
 * Adds a node's share to `msg.ros.stages`, just before the message is sent. What is there already is not written, since
 * other messages may share it. A message without `msg.ros` has no way from a sensor, and stays as it is.
 * @param time how long the node had the message, ms
 */
export function addStage(message: { ros?: Partial<RosInfo> | undefined }, name: string, time: number): void {
	const { ros } = message;
	if (typeof ros !== 'object' || ros === null) return;
	const stage: Stage = { name, at: systemNow() - time, time };
	const stages = Array.isArray(ros.stages) ? ros.stages.slice(1 - mostStages) : [];
	stages.push(stage);
	// On every message of every node, and half the time that spreading takes.
	message.ros = Object.assign({}, ros, { stages });
}
