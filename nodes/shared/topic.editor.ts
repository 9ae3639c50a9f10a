import type { EndpointQos, TopicDescription } from '../../lib/ros/graph';
import type { QosProfile } from '../../lib/ros/qos';
import { qosForPublisher, qosForSubscriber, type Side, unfitPolicy } from '../../lib/ros/qos-match';
import { topicChoices } from '../../lib/ros/topic-choices';
import { complete } from './complete.editor';
import { ask, fullName, type Translate } from './graph.editor';
import { makeQosForm, type QosForm } from './qos.editor';
import type { TopicsAnswer } from './topics-answer';

export interface TopicFormOptions {
	/** The node type, whose texts are `<type>.qos.*` and `<type>.peers.*`. */
	readonly type: string;
	/** What a topic has to have for this node: publishers for a subscriber, subscriptions for a publisher. */
	readonly side: Side;
	/** Policies with a time that can be set by hand. */
	readonly times: readonly ('deadline' | 'lifespan')[];
	/** The node, with its saved values. */
	readonly node: object;
	readonly translate: Translate;
	/** Called when a QoS has been chosen to fit. */
	chosen?(profile: QosProfile): void;
}

/**
 * What the forms of ros2-subscribe and ros2-publish share: topic and type complete from the live graph and the known
 * definitions. Choosing a topic fills in its type and a QoS that fits everybody on the other side, and a line says who
 * that is.
 */
export function prepareTopicForm(options: TopicFormOptions): void {
	const { type, side, translate } = options;
	const text: Translate = (key, values) => translate(`${type}.${key}`, values);
	const topicInput = $('#node-input-topic');
	const typeInput = $('#node-input-messageType');
	const contextInput = $('#node-input-context');
	const place = $('.ros2-qos');
	const peers = $('<div class="form-row ros2-peers" style="margin-left: 105px" aria-live="polite"></div>');
	place.append(peers);
	const qosForm = makeQosForm(place, options.node as Record<string, unknown>, options.times, (key) =>
		text(`qos.${key}`),
	);

	let answer: TopicsAnswer | undefined;
	/** Resolve when the answers to what was asked last are there, or when there are none. */
	let topicsAsked: Promise<void> = Promise.resolve();
	let typesAsked: Promise<readonly string[]> = Promise.resolve([]);
	/** The topic as it was when type and QoS were last filled in, or when the form opened. */
	let seen = String(topicInput.val() ?? '');
	const chooseFor = (others: readonly EndpointQos[]) => {
		const choice = (side === 'publishers' ? qosForSubscriber : qosForPublisher)(others);
		qosForm.choose(choice);
		options.chosen?.(choice.profile);
	};
	const contextId = () => String(contextInput.val() ?? '');
	const current = () => answer?.topics.find(({ topic }) => topic === fullName(contextId(), topicInput));

	const showPeers = () => {
		if (answer === undefined) return;
		const found = current();
		const others = found?.[side] ?? [];
		renderPeers(peers, { answer, side, peers: others, qosForm, text }, () => chooseFor(others));
	};
	const fill = () => {
		const topic = String(topicInput.val() ?? '');
		if (answer === undefined || topic === seen) return;
		seen = topic;
		const found = current();
		if (found === undefined || found[side].length === 0) return;
		const [only, ...more] = found.typeNames;
		if (only !== undefined && more.length === 0) typeInput.val(only).trigger('change');
		chooseFor(found[side]);
	};
	const load = () => {
		const query = { context: contextId() };
		topicsAsked = ask<TopicsAnswer | undefined>('topics', query, undefined).then((found) => {
			// By now another context may be chosen.
			if (query.context !== contextId() || found === undefined) return;
			answer = found;
			fill();
			showPeers();
		});
		typesAsked = ask<readonly string[]>('types', query, []);
	};

	complete(topicInput, async () => {
		await topicsAsked;
		return topicChoices(answer?.topics ?? [], side).map(({ topic, typeNames }) => ({
			value: topic,
			hint: typeNames.join(', '),
		}));
	});
	complete(typeInput, async () => typeChoices(current(), await typesAsked));
	contextInput.on('change', load);
	// The graph goes on while the form is open.
	topicInput.on('focus', load);
	topicInput.on('change', () => {
		fill();
		showPeers();
	});
	qosForm.onChange(showPeers);
	load();
}

/** The types that the topic has, then all others. */
function typeChoices(topic: TopicDescription | undefined, types: readonly string[]) {
	const first = topic?.typeNames ?? [];
	return [
		...first.map((value) => ({ value, hint: topic?.topic ?? '' })),
		...types.filter((value) => !first.includes(value)).map((value) => ({ value })),
	];
}

interface Peers {
	readonly answer: TopicsAnswer;
	readonly side: Side;
	readonly peers: readonly EndpointQos[];
	readonly qosForm: QosForm;
	readonly text: Translate;
}

/** Says who is on the other side, with which QoS, and whether that of the form fits. */
function renderPeers(place: JQuery, { answer, side, peers, qosForm, text }: Peers, useWhatFits: () => void): void {
	place.empty();
	const line = (content: string) => $('<div></div>').text(content).appendTo(place);
	if (answer.state === 'absent') return void line(text('peers.absent'));
	if (answer.state === 'failed') return void line(text('peers.failed', { message: answer.message ?? '' }));
	if (peers.length === 0) return void line(text('peers.none'));
	const groups = new Map<string, EndpointQos[]>();
	for (const peer of peers) {
		const deadline = peer.deadline === undefined ? [] : [`${text('qos.deadline')} ${peer.deadline} ms`];
		const qos = [text(`qos.${peer.reliability}`), text(`qos.${peer.durability}`), ...deadline].join(', ');
		groups.set(qos, [...(groups.get(qos) ?? []), peer]);
	}
	for (const [qos, members] of groups) {
		const names = [...new Set(members.flatMap(({ node }) => node ?? []))];
		const who = names.length === 0 ? '' : ` (${names.slice(0, 3).join(', ')}${names.length > 3 ? ', ...' : ''})`;
		line(`${text(members.length === 1 ? 'peers.one' : 'peers.many', { count: members.length })} ${qos}${who}`);
	}
	const policy = unfitPolicy(qosForm.read(), side, peers);
	if (policy === undefined) return;
	line(text('peers.unfit', { policy: text(`qos.${policy}`).toLowerCase() }))
		.css({ color: 'var(--red-ui-text-color-error, #ad1625)' })
		.append(' ')
		.append(
			$('<button type="button" class="red-ui-button red-ui-button-small ros2-use"></button>')
				.text(text('peers.use'))
				.on('click', useWhatFits),
		);
}
