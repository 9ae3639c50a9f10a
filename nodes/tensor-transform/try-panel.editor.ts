import type { EditorRED } from 'node-red';
import { chainOf, type FlowNode, nameOf } from './chain';
import { dryRun, type StepResult } from './dry-run';
import { isOfFlow, type RecordedSample, samplesOfJson } from './recording';
import { readRecording } from './recording.editor';
import type { Compared, ReplayChain, ReplayResult, ReplayTransform } from './replay';
import { fromSampleJson, toSampleJson } from './sample-json';
import type { Translate } from './step-form.editor';

declare const RED: EditorRED;

/** Longest sample that its field shows, characters. */
const longest = 50_000;

/** How long after a change steps are tried on the server, ms. */
const patience = 300;

/** What the panel works on. */
export interface TryOptions {
	/** The node whose dialog it is. */
	readonly id: string;
	readonly translate: Translate;
	/** The steps as they are in the form. */
	steps(): readonly unknown[];
	/** Takes what came of each step. */
	show(results: readonly StepResult[]): void;
}

/** The part of the form that tries the steps on a sample, or on a recording. */
export interface TryPanel {
	/** Tries the steps as they are now. */
	update(): void;
	/** Takes a sample over. */
	take(text: string): void;
	close(): void;
}

export function prepareTryPanel({ id, translate, steps, show }: TryOptions): TryPanel {
	const row = $('#tensor-transform-try-row');
	const field = $('#tensor-transform-sample');
	const button = $('#tensor-transform-replay');
	const verdict = $('#tensor-transform-replay-result');
	/** A captured message, or a recording, that is too long for its field. */
	let aside = '';
	/** The samples of the text, where it is a recording of the whole flow. */
	let recorded: string | undefined;
	let timer: number | undefined;
	let asked = 0;

	const update = () => {
		window.clearTimeout(timer);
		asked++;
		const text = aside || String(field.val() ?? '').trim();
		const list = steps();
		if (text === '' || list.length === 0) {
			show([]);
			return;
		}
		if (!needsServer(list, text)) {
			show(dryRun(list, text));
			return;
		}
		const number = asked;
		const answer = (results: readonly StepResult[]) => number === asked && show(results);
		timer = window.setTimeout(() => {
			post<StepResult[]>('try', JSON.stringify({ steps: list, sample: text }), translate).then(answer, (error: Error) =>
				answer([{ text: error.message, isError: true }]),
			);
		}, patience);
	};
	const hold = (text: string) => {
		aside = text.length > longest ? text : '';
		const note = translate('tensor-transform.live.long', { kilobytes: Math.round(text.length / 1000) });
		field.val(aside === '' ? text : note).prop('readonly', aside !== '');
	};
	/** Looks whether the sample is a recording, also one that has arrays. */
	const look = (text: string): string => {
		recorded = undefined;
		verdict.text('');
		let held = text;
		try {
			const samples = samplesOfJson(text);
			if (samples) held = toSampleJson(samples);
			const all = samples ?? fromSampleJson(text);
			if (Array.isArray(all) && isOfFlow(all as RecordedSample[])) recorded = held;
		} catch {
			// No JSON, or not yet: the dry run says so.
		}
		button.toggle(recorded !== undefined);
		return held;
	};
	const take = (text: string) => {
		row.show();
		hold(look(text));
		update();
	};
	const replay = () => {
		if (recorded === undefined) return;
		let chain: ReplayChain;
		try {
			chain = chainAt(id, steps());
		} catch (error) {
			verdict.addClass('tensor-transform-failed').text((error as Error).message);
			return;
		}
		const way = [...chain.before, chain.model, ...chain.after].map(({ name }) => name).join(' → ');
		verdict.removeClass('tensor-transform-failed').text(translate('tensor-transform.replay.runs', { way }));
		// What toSampleJson wrote goes as it is: recordings are long.
		post<ReplayResult>('replay', `{"chain":${JSON.stringify(chain)},"samples":${recorded}}`, translate).then(
			(result) => showVerdict(verdict, result, way, translate),
			(error: Error) => verdict.addClass('tensor-transform-failed').text(error.message),
		);
	};
	field.on('input', () => {
		look(String(field.val() ?? '').trim());
		update();
	});
	field.on('focus', () => {
		if (aside !== '') take('');
	});
	button.on('click', (event) => {
		event.preventDefault();
		replay();
	});
	$('#tensor-transform-try').on('click', (event) => {
		event.preventDefault();
		row.toggle();
	});
	$('#tensor-transform-recording').on('change', (event) => {
		const [file] = Array.from((event.currentTarget as HTMLInputElement).files ?? []);
		if (file === undefined) return;
		readRecording(file).then(
			(text) => {
				take(text);
				replay();
			},
			(error: Error) => {
				hold(error.message);
				button.hide();
				show([]);
			},
		);
	});
	return {
		update,
		take,
		close: () => window.clearTimeout(timer),
	};
}

/** Whether only the server can run the steps on this: it decodes images, and reads files. */
function needsServer(steps: readonly unknown[], text: string): boolean {
	const isCompressed = /"format"\s*:/.test(text);
	const needs = (value: unknown): boolean => {
		if (typeof value !== 'object' || value === null) return false;
		const { type, file } = value as { type?: unknown; file?: unknown };
		return (type === 'image' && isCompressed) || typeof file === 'string' || Object.values(value).some(needs);
	};
	return needs(steps);
}

/** Asks the server. Rejects with what it says is wrong. */
function post<T>(path: string, data: string, translate: Translate): Promise<T> {
	return new Promise((resolve, reject) => {
		$.ajax({
			url: `tensor-transform/${path}`,
			method: 'POST',
			contentType: 'application/octet-stream',
			processData: false,
			dataType: 'json',
			data,
		})
			.done(resolve)
			.fail((response) => {
				const key = response.status === 401 ? 'not-allowed' : 'no-answer';
				reject(new Error(response.responseJSON?.message ?? translate(`tensor-transform.live.${key}`)));
			});
	});
}

/** The way through the flow on the page, with the steps of this node as they are in the form. */
function chainAt(id: string, steps: readonly unknown[]): ReplayChain {
	const start = nodeAt(id);
	if (start === undefined) throw new RangeError('This node is in no flow');
	const { before, model, after } = chainOf(start, {
		// The second output of a model sends figures.
		after: (node) => linked({ source: { id: node.id }, sourcePort: 0 }, 'target', node),
		before: (node) => linked({ target: { id: node.id } }, 'source', node),
	});
	if (model.source === 'message' || typeof model.model !== 'string' || model.model === '') {
		throw new RangeError(`Expected ${nameOf(model)} to have a model file to replay through, got none`);
	}
	const transform = (node: FlowNode): ReplayTransform => ({
		name: nameOf(node),
		steps: node.id === id ? steps : listOf(node.steps),
	});
	return {
		before: before.map(transform),
		model: { name: nameOf(model), path: model.model, state: listOf(model.state) as ReplayChain['model']['state'] },
		after: after.map(transform),
	};
}

function nodeAt(id: string): FlowNode | undefined {
	return (RED.nodes.node(id) as unknown as FlowNode | null) ?? undefined;
}

function linked(filter: object, end: 'source' | 'target', node: FlowNode): FlowNode[] {
	const wired = RED.nodes.filterLinks(filter).map((link) => (link as Record<typeof end, FlowNode>)[end]);
	// The wires that are not drawn, from page to page.
	const isJump = node.type === (end === 'target' ? 'link out' : 'link in');
	const far = isJump && Array.isArray(node.links) ? node.links.map((id) => nodeAt(String(id))) : [];
	return [...wired, ...far.filter((other) => other !== undefined)];
}

/** A property that a node saved as a list, or as its JSON. */
function listOf(value: unknown): readonly unknown[] {
	if (Array.isArray(value)) return value;
	try {
		const parsed = JSON.parse(String(value));
		return Array.isArray(parsed) ? parsed : [];
	} catch {
		return [];
	}
}

function showVerdict(place: JQuery, result: ReplayResult, way: string, translate: Translate): void {
	const { isSame, moments, difference } = result;
	const what = (Object.keys(result.compared) as Compared[])
		.map((part) => translate(`tensor-transform.replay.${part}`, { count: result.compared[part] }))
		.join(', ');
	const text = isSame ? translate('tensor-transform.replay.same', { way, moments, what }) : `${way}: ${difference}`;
	place.toggleClass('tensor-transform-failed', !isSame).text(text);
}
