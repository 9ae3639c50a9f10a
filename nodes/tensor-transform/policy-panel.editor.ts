import { readPolicy } from '../../lib/policy/read';
import { type StepJson, stepsOf } from '../../lib/policy/steps';
import type { Translate } from './step-form.editor';

/**
 * The part of the form that fills the steps from what a trainer wrote.
 * @param fill takes the steps
 */
export function preparePolicyPanel(translate: Translate, fill: (steps: readonly StepJson[]) => void): void {
	const panel = $('#tensor-transform-policy');
	const area = $('#tensor-transform-policy-text');
	const notes = $('#tensor-transform-policy-notes');
	let texts: string[] = [];
	$('#tensor-transform-policy-link').on('click', (event) => {
		event.preventDefault();
		panel.toggle();
	});
	area.on('input', () => {
		texts = [];
	});
	$('#tensor-transform-policy-files').on('change', async (event) => {
		const files = Array.from((event.currentTarget as HTMLInputElement).files ?? []);
		texts = await Promise.all(files.map((file) => file.text()));
		area.val(files.map((file, i) => `# ${file.name}\n${texts[i]}`).join('\n'));
	});
	panel.find('[data-part]').on('click', (event) => {
		event.preventDefault();
		notes.empty().removeClass('tensor-transform-failed');
		try {
			const contract = readPolicy(texts.length > 0 ? texts : [String(area.val() ?? '')]);
			const { observation, action, unknown } = stepsOf(contract);
			const steps = $(event.currentTarget).data('part') === 'action' ? action : observation;
			if (steps.length > 0) fill(steps);
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
		} catch (error) {
			notes.addClass('tensor-transform-failed').text((error as Error).message);
		}
	});
}

function gains(translate: Translate, kp: readonly number[] | undefined, kd: readonly number[] | undefined): string[] {
	if (kp === undefined || kd === undefined) return [];
	return [translate('tensor-transform.policy.gains', { kp: kp.join(', '), kd: kd.join(', ') })];
}
