/** Something to choose from a list that completes a field. */
export interface Choice {
	readonly value: string;
	/** Shown beside it. */
	readonly hint?: string;
}

/** Longest list. */
const most = 50;

/**
 * Completes a text field. A click into the field lists everything, with what the field holds already as the first, as
 * Tab takes the first; then what is typed narrows the list.
 */
export function complete(input: JQuery, choices: () => Promise<readonly Choice[]>): void {
	let begun: string | undefined;
	const value = () => String(input.val() ?? '').trim();
	const matching = (all: readonly Choice[], text: string) => {
		if (all.length === 0) return [];
		if (text === begun) {
			const own = all.find((choice) => choice.value === text) ?? { value: text };
			return [...(text === '' ? [] : [own]), ...all.filter((choice) => choice !== own)];
		}
		const wanted = text.toLowerCase();
		return all.filter((choice) => choice.value.toLowerCase().includes(wanted));
	};
	const search = (typed: string, done: (options: object[]) => void) => {
		// What can be chosen may still be on its way when the first key is pressed.
		choices().then((all) => done(matching(all, typed.trim()).slice(0, most).map(option)));
	};
	(input as unknown as { autoComplete(options: object): void }).autoComplete({ minLength: 0, search });
	input.on('focus', () => {
		begun = value();
	});
	// Node-RED looks for completions when a key is released.
	input.on('click', () => input.trigger('keyup'));
	// It takes the first of the list at Enter and Tab without telling.
	input.on('keydown', ({ key }) => {
		const before = value();
		if (key === 'Enter' || key === 'Tab') setTimeout(() => value() !== before && input.trigger('change'));
	});
}

function option({ value, hint = '' }: Choice) {
	const label = $('<span style="display: flex; justify-content: space-between; gap: 16px"></span>').append(
		$('<span></span>').text(value),
		$('<span style="opacity: 0.6; overflow: hidden; text-overflow: ellipsis"></span>').text(hint),
	);
	return { value, label };
}
