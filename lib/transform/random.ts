/**
 * Numbers in [0, 1) that a seed determines: the 32-bit xorshift generator of Marsaglia (2003),
 * https://doi.org/10.18637/jss.v008.i14. For drawing actions, not for secrets.
 * @param seed a whole number
 */
export function seededRandom(seed: number): () => number {
	// Multiplied by an odd number so that neighbouring seeds differ in many bits; zero is the one state it cannot leave.
	let state = Math.imul((seed + 1) >>> 0, 0x9e3779b1) >>> 0 || 1;
	const next = () => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		state >>>= 0;
		return state / 4294967296;
	};
	// The first numbers still show how few bits the seed had.
	for (let i = 0; i < 16; i++) next();
	return next;
}
