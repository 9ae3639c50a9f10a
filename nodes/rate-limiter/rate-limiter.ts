import type { NodeAPI, NodeMessage } from 'node-red';
import { BriefError, checkNumber, show } from '../../lib/check';
import { Gate } from '../../lib/control/gate';
import type { GateState } from '../../lib/control/gate-options';
import { type RosClock, systemRosClock } from '../../lib/ros/clock';
import { defineNode, type Running, type Start } from '../shared/define-node';
import { clockOf, JumpWatch, knownTime, stampTime } from '../shared/ros-clock';
import type { RosInfo } from '../shared/ros-info';
import { addStage, stageName } from '../shared/stages';
import { type Stoppable, serveStops } from './admin';
import { checkTogether, type Options } from './check';
import { properties } from './config';
import { lastWord, sendAtOnce } from './last-word';
import { rosStop } from './ros-stop';

interface Message extends NodeMessage {
	ros?: Partial<RosInfo>;
	/** `stop` or `reset`, where the settings know them. */
	gate?: unknown;
	/** Hz, where the settings allow it. */
	rate?: unknown;
}

/** Nodes whose stop is on. A deploy ends the node, but not its stop. */
const latched = new Set<string>();

export default function (RED: NodeAPI): void {
	const stops = serveStops(RED);
	defineNode(RED, 'rate-limiter', properties, (context) => start(RED, stops, context));
}

function start(
	RED: NodeAPI,
	stops: ReturnType<typeof serveStops>,
	{ node, options, status, report }: Start<Options>,
): Running {
	checkTogether(options);
	const { safeMessage, maxAge, onFault } = options;
	let passed = 0;
	let dropped = 0;
	let isLast = false;
	let isPassing = false;
	const jumps = new JumpWatch();
	const share = stageName(node);
	const text = (key: string, values?: object) => RED._(`rate-limiter.status.${key}`, values as never);

	const onState = ({ mode, reason, topic }: GateState) => {
		isPassing = mode === 'passing';
		const action = mode === 'passing' || mode === 'idle' ? undefined : mode === 'stopped' ? 'safe' : onFault;
		if (mode === 'stopped') status.set('red', 'dot', text('stopped'));
		else if (mode === 'fault') {
			status.set(
				'yellow',
				'ring',
				text('fault', { reason: text(`reason.${reason}`), action: text(`action.${onFault}`) }),
			);
		} else if (mode === 'idle') status.set('grey', 'ring', text('idle'));
		if (!isLast) node.send([null, { topic, payload: { mode, reason, action } } as NodeMessage]);
	};
	const gate = new Gate<Message>({
		rate: options.rate,
		fixed: options.pacing === 'fixed',
		perTopic: options.scope === 'topic',
		fields: options.fields,
		together: options.together,
		start: options.start,
		finite: options.finite,
		timeout: options.timeout,
		maxAge,
		stampOf: ({ ros }) => stampTime(ros) ?? ros?.receivedAt,
		wallNow: ({ ros }) => knownTime(clockFor(ros)),
		onFault,
		recovery: options.recovery,
		safe: safeMessage,
		failSafe: options.failSafe,
		send(message, held) {
			passed++;
			addStage(message, share, held);
			if (isLast) sendAtOnce(RED, node, message);
			else node.send(message);
		},
		onDrop() {
			dropped++;
		},
		onState,
		onError: report,
	});
	const control: Stoppable = {
		get isStopped() {
			return gate.isStopped;
		},
		stop() {
			gate.stop();
			latched.add(node.id);
		},
		reset() {
			gate.reset();
			latched.delete(node.id);
		},
	};
	const ends: (() => void)[] = [];
	if (options.stop) {
		ends.push(stops.add(node.id, control), rosStop(RED, options, control, report));
		if (latched.has(node.id)) gate.stop();
		node.on('close', (removed: boolean, done: () => void) => {
			if (removed) latched.delete(node.id);
			done();
		});
	}
	if (options.failSafe) {
		lastWord(RED, node, () => {
			isLast = true;
			gate.lastWord();
		});
	}

	/** @returns whether the message was one for the gate itself. */
	const obey = (message: Message): boolean => {
		const { gate: word } = message;
		if (word === undefined || !(options.stop || options.recovery === 'reset')) return false;
		if (word === 'stop' && options.stop) control.stop();
		else if (word === 'reset') control.reset();
		else throw new BriefError('unknown msg.gate', `Expected \`msg.gate\` to be "stop" or "reset", got ${show(word)}`);
		return true;
	};
	return {
		input(message: Message) {
			if (obey(message)) return;
			if (options.rateFromMessage && message.rate !== undefined) {
				gate.setRate(checkNumber('msg.rate', message.rate, { above: 0, max: 10_000, unit: 'Hz' }), message.topic);
				if (message.payload === undefined) return;
			}
			if (jumps.hasJumped(message.ros)) gate.forgetStamps();
			try {
				gate.push(message);
			} catch (error) {
				if (error instanceof BriefError) status.set('red', 'ring', error.brief);
				else status.set('red', 'ring', text('refused'));
				throw error;
			}
			if (isPassing) status.update('green', 'dot', () => text('passing', { passed, dropped }));
		},
		close() {
			for (const end of ends) end();
			gate.close();
		},
	};
}

/** The clock of what a message tells of its age: of its stamp, or else of its receipt, which is in real time. */
function clockFor(ros: Partial<RosInfo> | undefined): RosClock {
	return stampTime(ros) === undefined ? systemRosClock : clockOf(ros);
}
