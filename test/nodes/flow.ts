import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Node, NodeAPI, NodeMessage } from 'node-red';
import helper from 'node-red-node-test-helper';

const root = join(__dirname, '..', '..', '..');
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The hooks of Node-RED, which its test helper does not pass on. */
export const hooks: NodeAPI['hooks'] = require('@node-red/util').hooks;

/** The entries of all nodes of the package, as Node-RED loads them. */
const entries = Object.values(packageJson['node-red'].nodes as Record<string, string>).map((path) => {
	const entry = require(join(root, path)).default as (RED: NodeAPI) => void;
	return (RED: NodeAPI) => entry(Object.assign(RED, { hooks }));
});

export type Message = NodeMessage & Record<string, unknown>;
export type FlowNode = { id: string; type: string } & Record<string, unknown>;

const tab: FlowNode = { id: 'flow', type: 'tab', label: 'test' };

/** Starts a flow in which every node without a tab of its own is on one. */
export async function load(nodes: FlowNode[]): Promise<void> {
	// What has no place on a tab is a configuration node to Node-RED.
	const place = (node: FlowNode) => (/^(ros2-context|tab)$/.test(node.type) ? {} : { z: 'flow', x: 0, y: 0 });
	const flow = nodes.map((node) => ({ ...place(node), ...node }));
	await new Promise<void>((resolve, reject) => {
		helper.load(entries, [tab, ...flow], (error) => (error ? reject(error) : resolve()));
	});
}

export async function unload(): Promise<void> {
	await helper.unload();
}

export function node(id: string): Node {
	const found = helper.getNode(id);
	if (!found) throw new Error(`There is no node ${id} in the flow`);
	return found;
}

/** Sends a message into a node. */
export function send(id: string, message: object): void {
	node(id).receive(message as NodeMessage);
}

/** What the nodes `helper` of the flow get, in order. */
export function collect(id: string): Message[] {
	const messages: Message[] = [];
	node(id).on('input', (message) => void messages.push(message as Message));
	return messages;
}

/** The next message that a `helper` node gets. */
export function next(id: string): Promise<Message> {
	return new Promise((resolve) => node(id).once('input', (message) => resolve(message as Message)));
}

/** The texts of the statuses of a node from now on. */
export function statuses(id: string): { fill?: string; text?: string }[] {
	const seen: { fill?: string; text?: string }[] = [];
	(node(id) as unknown as { on(event: string, listener: (call: { args: object[] }) => void): void }).on(
		'call:status',
		(call) => void seen.push(call.args[0] as object),
	);
	return seen;
}

/** Waits until `condition` holds, and fails when it does not within `seconds`. */
export async function until(condition: () => boolean, seconds = 10): Promise<void> {
	const end = Date.now() + seconds * 1000;
	while (!condition()) {
		if (Date.now() > end) throw new Error(`Waited ${seconds} s in vain for ${condition}`);
		await new Promise((resolve) => setTimeout(resolve, 2));
	}
}

/** `msg.ros` without the shares of the nodes, whose times are the machine's. */
export function withoutStages(message: object | undefined): object {
	const { stages: _, ...rest } = (message as { ros: Record<string, unknown> }).ros;
	return rest;
}
