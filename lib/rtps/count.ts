/** Messages that a network may delay one by while later ones overtake it. */
const reach = 16;

/**
 * Whether a message with this count has been seen, or has been overtaken by later ones. Counts are int32 and wrap
 * around. One that falls far back is no old message: the sender has forgotten this participant and begun to count anew
 * (DDSI-RTPS 2.5, 8.4.15.7).
 */
export function isRepeated(count: number, previous: number | undefined): boolean {
	if (previous === undefined) return false;
	const ahead = (count - previous) | 0;
	return ahead <= 0 && ahead > -reach;
}
