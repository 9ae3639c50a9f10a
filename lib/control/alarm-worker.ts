import { parentPort, workerData } from 'node:worker_threads';
import { clock, dueOf, signal, slots, ticketOf } from './alarm-state';

/** Waits for the alarms and rings: sends the number of each that is due. */
const state = workerData as Int32Array<SharedArrayBuffer>;
const rung = new Int32Array(slots);

for (;;) {
	const seen = Atomics.load(state, signal);
	const now = clock();
	let wait = Number.POSITIVE_INFINITY;
	for (let slot = 0; slot < slots; slot++) {
		const ticket = Atomics.load(state, ticketOf(slot));
		if (ticket === 0 || ticket === rung[slot]) continue;
		const left = (Atomics.load(state, dueOf(slot)) - now) | 0;
		if (left > 0) {
			if (left < wait) wait = left;
			continue;
		}
		rung[slot] = ticket;
		parentPort?.postMessage(ticket);
	}
	// Whatever was set since `seen` was read makes it return at once.
	Atomics.wait(state, signal, seen, wait / 1000);
}
