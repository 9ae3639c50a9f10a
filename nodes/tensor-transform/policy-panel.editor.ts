import type { PolicyContract } from '../../lib/policy/contract';
import {
	type ExpectedObservation,
	expectedObservation,
	ObservationCheck,
	observationInput,
} from '../../lib/policy/expected';
import { hasContract } from '../../lib/policy/onnx-metadata';
import { readPolicy } from '../../lib/policy/read';
import { type StepJson, stepsOf } from '../../lib/policy/steps';
import type { ModelContract } from './model-contract';
import type { Translate } from './step-form.editor';

/** What a policy fills in. */
export type Fill = (steps: readonly StepJson[], contract: ExpectedObservation | undefined) => void;

/**
 * The part of the form that fills the steps from what a trainer wrote: files, text, or a model on the machine that
 * Node-RED runs on.
 * @param fill takes the steps, and what is to be checked with every message
 */
export function preparePolicyPanel(translate: Translate, fill: Fill): void {
	const panel = $('#tensor-transform-policy');
	const area = $('#tensor-transform-policy-text');
	const notes = $('#tensor-transform-policy-notes');
	const modelField = $('#tensor-transform-policy-model');
	const jointsField = $('#tensor-transform-policy-joints');
	let texts: string[] = [];
	let isListed = false;
	$('#tensor-transform-policy-link').on('click', (event) => {
		event.preventDefault();
		panel.toggle();
		if (isListed) return;
		isListed = true;
		$.getJSON('tensor-transform/models', (models: string[]) => {
			const list = $('#tensor-transform-policy-models').empty();
			for (const model of models) $('<option>').attr('value', model).appendTo(list);
		});
	});
	area.on('input', () => {
		texts = [];
	});
	$('#tensor-transform-policy-files').on('change', async (event) => {
		const files = Array.from((event.currentTarget as HTMLInputElement).files ?? []);
		texts = await Promise.all(files.map((file) => file.text()));
		area.val(files.map((file, i) => `# ${file.name}\n${texts[i]}`).join('\n'));
	});
	const showError = (message: string) => notes.empty().addClass('tensor-transform-failed').text(message);
	const read = (isAction: boolean, path: string, model: ModelContract | undefined) => {
		const pasted = String(area.val() ?? '').trim();
		const written = texts.length > 0 ? texts : pasted === '' ? [] : [pasted];
		const names = String(jointsField.val() ?? '')
			.split(/[,\s]+/)
			.filter((name) => name !== '');
		const contract = contractOf(written, path, model, names);
		const steps = stepsOf(contract);
		const list = isAction ? steps.action : steps.observation;
		const expected = isAction || list.length === 0 ? undefined : expectedObservation(contract, path || undefined);
		// A model that does not belong to the contract is told here, before anything is filled in.
		if (expected && model) new ObservationCheck(expected).checkModel(observationInput(model.inputs));
		if (list.length > 0) fill(list, expected);
		showNotes(notes.empty().removeClass('tensor-transform-failed'), contract, steps.unknown, translate);
	};
	panel.find('[data-part]').on('click', (event) => {
		event.preventDefault();
		const isAction = $(event.currentTarget).data('part') === 'action';
		const path = String(modelField.val() ?? '').trim();
		const attempt = (model: ModelContract | undefined) => {
			try {
				read(isAction, path, model);
			} catch (error) {
				showError((error as Error).message);
			}
		};
		if (path === '') {
			attempt(undefined);
			return;
		}
		$.getJSON('tensor-transform/model', { path })
			.done(attempt)
			.fail((response) => showError(response.responseJSON?.message ?? translate('tensor-transform.live.no-answer')));
	});
}

/**
 * What the trainer's files say, otherwise what the model does.
 * @param names of the joints, as a person wrote them; those of a file go before them
 */
function contractOf(
	texts: readonly string[],
	path: string,
	model: ModelContract | undefined,
	names: readonly string[],
): PolicyContract {
	if (texts.length > 0) {
		const contract = readPolicy(texts, names.length > 0 ? { joint_names: names.join(',') } : model?.metadata);
		const { joints, jointCount } = contract;
		if (names.length > 0 && joints === undefined && jointCount !== undefined) {
			throw new RangeError(`Expected the names of ${jointCount} joints, got ${names.length}`);
		}
		return contract;
	}
	if (model && !hasContract(model.metadata)) {
		const names = Object.keys(model.metadata).join(', ') || 'none';
		throw new RangeError(
			`The model ${path} says nothing of joints or observations (its metadata: ${names}). Choose the files that its trainer wrote beside it.`,
		);
	}
	return readPolicy(model ? [JSON.stringify(model.metadata)] : ['']);
}

function showNotes(notes: JQuery, contract: PolicyContract, unknown: readonly string[], translate: Translate): void {
	const facts = [
		translate('tensor-transform.policy.read', { source: contract.source }),
		...(contract.rate === undefined
			? []
			: [translate('tensor-transform.policy.rate', { rate: contract.rate.toFixed(1) })]),
		...gains(translate, contract.stiffness, contract.damping),
	];
	notes.append($('<p>').text(facts.join(' ')));
	if (unknown.length === 0) return;
	notes.append($('<p>').text(translate('tensor-transform.policy.unknown')));
	notes.append($('<ul>').append(unknown.map((text) => $('<li>').text(text))));
}

function gains(translate: Translate, kp: readonly number[] | undefined, kd: readonly number[] | undefined): string[] {
	if (kp === undefined || kd === undefined) return [];
	return [translate('tensor-transform.policy.gains', { kp: kp.join(', '), kd: kd.join(', ') })];
}
