import type { NodeAPI, NodeMessage } from 'node-red';
import { BriefError, show } from '../../lib/check';
import { nanosecondsToStamp } from '../../lib/ros/time';
import { adaptiveTime } from '../../lib/sync/adaptive-time';
import { approximateTime } from '../../lib/sync/approximate-time';
import { exactTime } from '../../lib/sync/exact-time';
import { latest } from '../../lib/sync/latest';
import { type SyncEvents, type Synchronizer, toNanoseconds } from '../../lib/sync/synchronizer';
import { defineNode } from '../shared/define-node';
import type { OptionsOf } from '../shared/properties';
import { JumpWatch } from '../shared/ros-clock';
import type { RosInfo } from '../shared/ros-info';
import { addStage, stageName } from '../shared/stages';
import { properties } from './config';
import { stampOf } from './stamps';

type Options = OptionsOf<typeof properties>;

interface Message extends NodeMessage {
	ros?: Partial<RosInfo>;
	/** Forget what waits; a message of only this does nothing else. */
	reset?: unknown;
	sync?: SyncInfo;
}

/** What `msg.sync` says of a set. */
interface SyncInfo {
	/** How far apart the stamps are, s. */
	readonly spread: number;
	/** Sets so far. */
	readonly matched: number;
	/** Messages so far that came into no set. */
	readonly dropped: number;
	/** Messages of the lead so far whose partners were too old. */
	readonly tooOld: number;
}

interface Waiting {
	readonly message: Message;
	readonly stamp: bigint;
	/** When it came in, ms of a monotonic clock. */
	readonly at: number;
}

/** One message of each topic that belong together. */
export default function (RED: NodeAPI): void {
	defineNode(RED, 'message-sync', properties, ({ node, options, status, send }) => {
		const { topics, allowHeaderless } = options;
		const jump = toNanoseconds(options.jump);
		const indexes = new Map(topics.map(({ topic }, index) => [topic, index]));
		/** The newest stamp of each topic. */
		const newest: (bigint | undefined)[] = [];
		const share = stageName(node);
		const jumps = new JumpWatch();
		let matched = 0;
		let dropped = 0;
		let tooOld = 0;
		const counts = () => RED._('message-sync.status.counts', { matched, dropped: dropped + tooOld });
		const synchronizer = synchronizerOf(options, {
			onMatch(set) {
				matched++;
				const first = (set[0] as Waiting).message;
				const stamps = set.map(({ stamp }) => stamp);
				const oldest = stamps.reduce((a, b) => (b < a ? b : a));
				const last = stamps.reduce((a, b) => (b > a ? b : a));
				const payload: Record<string, unknown> = {};
				// The way of a set is that of the message that was received first.
				let longest: Waiting | undefined;
				for (const [index, waiting] of set.entries()) {
					payload[topics[index]?.name as string] = waiting.message.payload;
					const receivedAt = waiting.message.ros?.receivedAt ?? Number.POSITIVE_INFINITY;
					if (receivedAt < (longest?.message.ros?.receivedAt ?? Number.POSITIVE_INFINITY)) longest = waiting;
				}
				const sync: SyncInfo = { spread: Number(last - oldest) / 1e9, matched, dropped, tooOld };
				// A set is as old as the oldest in it. It has no type of ROS.
				const ros: Partial<RosInfo> = { stamp: nanosecondsToStamp(oldest) };
				const clock = set.find(({ message }) => message.ros?.clock !== undefined)?.message.ros?.clock;
				if (clock !== undefined) ros.clock = clock;
				const { receivedAt, stages } = longest?.message.ros ?? {};
				if (receivedAt !== undefined) ros.receivedAt = receivedAt;
				if (stages !== undefined) ros.stages = stages;
				const message = { ...first, topic: options.name || 'message-sync', payload, ros, sync };
				addStage(message, share, performance.now() - (longest ?? (set[0] as Waiting)).at);
				send(message as NodeMessage);
				status.update('green', 'dot', counts);
			},
			onDrop() {
				dropped++;
				status.update(matched > 0 ? 'green' : 'yellow', matched > 0 ? 'dot' : 'ring', counts);
			},
			onTooOld() {
				tooOld++;
				status.update('yellow', 'ring', () => RED._('message-sync.status.tooOld', { tooOld }));
			},
		});
		const clear = () => {
			synchronizer.clear();
			newest.length = 0;
		};
		return {
			input(message: Message) {
				if (message.reset === true) {
					clear();
					if (message.payload === undefined) return;
				}
				const index = indexes.get(message.topic ?? '');
				if (index === undefined) {
					throw new BriefError(
						'unknown topic',
						`Expected \`msg.topic\` to be one of ${[...indexes.keys()].join(', ')}, got ${show(message.topic)}`,
					);
				}
				const stamp = stampOf(message, allowHeaderless);
				const before = newest[index];
				const hasJumped = jumps.hasJumped(message.ros);
				if (hasJumped || (before !== undefined && before - stamp > jump)) {
					clear();
					status.set('yellow', 'ring', RED._('message-sync.status.jumped'));
				}
				const since = newest[index];
				if (since === undefined || stamp > since) newest[index] = stamp;
				synchronizer.add(index, stamp, { message, stamp, at: performance.now() });
			},
			close: clear,
		};
	});
}

function synchronizerOf(options: Options, events: SyncEvents<Waiting>): Synchronizer<Waiting> {
	const { policy, queueSize, slop, agePenalty, maxInterval, maxAge } = options;
	const topics = options.topics.length;
	switch (policy) {
		case 'exact':
			return exactTime({ topics, queueSize, ...events });
		case 'approximate':
			return approximateTime({ topics, queueSize, slop, ...events });
		case 'adaptive':
			return adaptiveTime({ topics, queueSize, agePenalty, maxInterval, ...events });
		case 'latest':
			return latest({ topics, maxAge, ...events });
	}
}
