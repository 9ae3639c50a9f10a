import type { ServiceDescription } from '../../lib/ros/graph';
import type { ServiceSide } from '../../lib/ros/service-choices';
import { complete } from './complete.editor';
import { ask, fullName, type Translate } from './graph.editor';
import type { ServicesAnswer } from './topics-answer';

export interface ServerFormOptions {
	/** The node type, whose texts are `<type>.peers.*`. */
	readonly type: string;
	/** Kind of the types to choose from. */
	readonly kind: 'srv' | 'action';
	/** The fields with the name and with the type. */
	readonly nameInput: JQuery;
	readonly typeInput: JQuery;
	/** Who is to be on the other side. */
	readonly side: ServiceSide;
	/** What can be chosen of all services, in the order to show; of actions, with the names of the actions. */
	choices(services: readonly ServiceDescription[], side: ServiceSide): ServiceDescription[];
	readonly translate: Translate;
}

/**
 * What the forms of services and actions share: name and type complete from the live graph and the known definitions,
 * choosing a name fills in its type, and a line says how many are on the other side.
 */
export function prepareServerForm(options: ServerFormOptions): void {
	const { type, kind, nameInput, typeInput, side, choices, translate } = options;
	const contextInput = $('#node-input-context');
	const peers = $('.ros2-peers').attr('aria-live', 'polite');
	let answer: ServicesAnswer | undefined;
	/** Resolve when the answers to what was asked last are there, or when there are none. */
	let servicesAsked: Promise<void> = Promise.resolve();
	let typesAsked: Promise<readonly string[]> = Promise.resolve([]);
	/** The name as it was when the type was last filled in, or when the form opened. */
	let seen = String(nameInput.val() ?? '');
	const contextId = () => String(contextInput.val() ?? '');
	const found = () => choices(answer?.services ?? [], side);
	const current = () => found().find(({ service }) => service === fullName(contextId(), nameInput));

	const show = () => {
		if (answer === undefined) return;
		const text = (key: string, values?: object) => translate(`${type}.peers.${key}`, values as never);
		const here = current();
		if (answer.state === 'absent') return void peers.text(text('absent'));
		if (answer.state === 'failed') return void peers.text(text('failed', { message: answer.message ?? '' }));
		const count = here?.[side] ?? 0;
		const typeName = here?.typeNames.join(', ') ?? '';
		if (count === 0) return void peers.text(text('none'));
		if (here?.typeNames.includes(String(typeInput.val()).trim())) {
			return void peers.text(text(count === 1 ? 'one' : 'many', { count }));
		}
		peers.text(text('otherType', { type: typeName }));
	};
	const fill = () => {
		const name = String(nameInput.val() ?? '');
		if (answer === undefined || name === seen) return;
		seen = name;
		const [only, ...more] = current()?.typeNames ?? [];
		if (only !== undefined && more.length === 0) typeInput.val(only).trigger('change');
	};
	const load = () => {
		const query = { context: contextId() };
		servicesAsked = ask<ServicesAnswer | undefined>('services', query, undefined).then((services) => {
			// By now another context may be chosen.
			if (query.context !== contextId() || services === undefined) return;
			answer = services;
			fill();
			show();
		});
		typesAsked = ask<readonly string[]>('types', { ...query, kind }, []);
	};

	complete(nameInput, async () => {
		await servicesAsked;
		return found().map(({ service, typeNames }) => ({ value: service, hint: typeNames.join(', ') }));
	});
	complete(typeInput, async () => {
		const types = await typesAsked;
		const here = current();
		const first = here?.typeNames ?? [];
		return [
			...first.map((value) => ({ value, hint: here?.service ?? '' })),
			...types.filter((value) => !first.includes(value)).map((value) => ({ value })),
		];
	});
	contextInput.on('change', load);
	// The graph goes on while the form is open.
	nameInput.on('focus', load);
	nameInput.add(typeInput).on('change', () => {
		fill();
		show();
	});
	load();
}
