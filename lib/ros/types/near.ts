/** The candidates that a misspelled name may have meant, best first: same but for case, contained, few edits away. */
export function nearNames(name: string, candidates: Iterable<string>, limit = 3): string[] {
	const wanted = name.toLowerCase();
	const scored: { candidate: string; score: number }[] = [];
	for (const candidate of candidates) {
		const lower = candidate.toLowerCase();
		const edits = distance(wanted, lower);
		const contains = lower.endsWith(wanted) || lower.startsWith(wanted);
		if (contains || edits <= Math.max(2, Math.ceil(wanted.length / 4))) {
			scored.push({ candidate, score: contains ? Math.min(edits, 1) : edits });
		}
	}
	scored.sort((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1));
	return scored.slice(0, limit).map(({ candidate }) => candidate);
}

/** Single-character insertions, deletions and substitutions between two words (Levenshtein). */
function distance(a: string, b: string): number {
	let row = Array.from({ length: b.length + 1 }, (_, j) => j);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
			next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
		}
		row = next;
	}
	return row[b.length]!;
}
