import { actionsOf } from '../../lib/ros/actions/names';
import { type ServiceSide, serviceChoices } from '../../lib/ros/service-choices';
import { complete } from './complete.editor';
import { ask, fullName, type Translate } from './graph.editor';
import { prepareSkeleton } from './skeleton.editor';
import type { ServicesAnswer } from './topics-answer';

export interface ServerFormOptions {
	/** The node type, whose texts are `<type>.peers.*` and `<type>.skeleton.*`. */
	readonly type: string;
	/** Whether the fields are `service` and `serviceType`, or `action` and `actionType`. */
	readonly kind: 'srv' | 'action';
	/** Who is to be on the other side. */
	readonly side: ServiceSide;
	/** The part of the type that the user writes, shown as a skeleton: `_Request`, say. */
	readonly part: string;
	readonly translate: Translate;
}

/**
 * What the forms of services and actions share: name and type complete from the live graph and the known definitions,
 * choosing a name fills in its type, a line says how many are on the other side, and the fields of what is to be written
 * can be shown.
 */
export function prepareServerForm(options: ServerFormOptions): void {
	const { type, kind, side, part, translate } = options;
	const field = kind === 'srv' ? 'service' : 'action';
	const nameInput = $(`#node-input-${field}`);
	const typeInput = $(`#node-input-${field}Type`);
	const contextInput = $('#node-input-context');
	const peers = $('.ros2-peers').attr('aria-live', 'polite');
	let answer: ServicesAnswer | undefined;
	/** Resolve when the answers to what was asked last are there, or when there are none. */
	let servicesAsked: Promise<void> = Promise.resolve();
	let typesAsked: Promise<readonly string[]> = Promise.resolve([]);
	/** The name as it was when the type was last filled in, or when the form opened. */
	let seen = String(nameInput.val() ?? '');
	const contextId = () => String(contextInput.val() ?? '');
	const found = () => {
		const services = answer?.services ?? [];
		return serviceChoices(kind === 'srv' ? services : actionsOf(services), side);
	};
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
	prepareSkeleton({ type: typeInput, part, text: (key) => translate(`${type}.skeleton.${key}`) });
}
