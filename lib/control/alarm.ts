import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { clock, dueOf, longest, signal, slots, stateLength, ticketOf } from './alarm-state';

/** An alarm that waits; 0 is none. */
export type Alarm = number;

/** Timers that are good to a fraction of a millisecond. The event loop's own count in whole ones. */
class Alarms {
	readonly #state = new Int32Array(new SharedArrayBuffer(4 * stateLength));
	readonly #waiting = new Map<Alarm, { slot: number; callback: () => void }>();
	readonly #free = Array.from({ length: slots }, (_, slot) => slot);
	#isReady = false;
	#next = 0;

	constructor() {
		// This room's one thread. Alarms are worth it only where something is sent hundreds of times a second.
		const worker = new Worker(join(__dirname, 'alarm-worker.js'), { workerData: this.#state });
		worker.on('message', this.#ring);
		worker.on('online', () => {
			this.#isReady = true;
		});
		// Without it the timers of the event loop do.
		worker.on('error', () => this.#fail());
		worker.on('exit', () => this.#fail());
		// It does not keep the process alive; a listener for messages does, so this comes after it.
		worker.unref();
	}

	set(callback: () => void, delay: number): Alarm | undefined {
		const slot = this.#isReady && delay < longest ? this.#free.pop() : undefined;
		if (slot === undefined) return undefined;
		this.#next = (this.#next % 0x7fffffff) + 1;
		const ticket = this.#next;
		this.#waiting.set(ticket, { slot, callback });
		// Rounded up: an alarm is never early.
		Atomics.store(this.#state, dueOf(slot), (clock() + Math.ceil(delay * 1000) + 1) | 0);
		Atomics.store(this.#state, ticketOf(slot), ticket);
		this.#signal();
		return ticket;
	}

	clear(alarm: Alarm): void {
		const entry = this.#waiting.get(alarm);
		if (entry === undefined) return;
		this.#waiting.delete(alarm);
		Atomics.store(this.#state, ticketOf(entry.slot), 0);
		this.#free.push(entry.slot);
	}

	#signal(): void {
		Atomics.add(this.#state, signal, 1);
		Atomics.notify(this.#state, signal);
	}

	readonly #ring = (alarm: Alarm): void => {
		// One that was cleared meanwhile may still ring.
		const callback = this.#waiting.get(alarm)?.callback;
		this.clear(alarm);
		callback?.();
	};

	/** What waits is not lost. */
	#fail(): void {
		this.#isReady = false;
		for (const alarm of [...this.#waiting.keys()]) this.#ring(alarm);
	}
}

let alarms: Alarms | undefined;

/**
 * Calls back once, `delay` ms from now and at most a fraction of one later, where the machine is not busy.
 * @returns undefined when there is no thread for it, or not yet: then a timeout has to do
 */
export function setAlarm(callback: () => void, delay: number): Alarm | undefined {
	alarms ??= new Alarms();
	return alarms.set(callback, delay);
}

export function clearAlarm(alarm: Alarm): void {
	alarms?.clear(alarm);
}
