/**
 * A thread of the process of a model that ends it when its parent is gone: the process itself would not notice in the
 * middle of a run that hangs, and go on using a core for ever.
 */
import { workerData } from 'node:worker_threads';

/** How often it looks, ms. */
const interval = 1000;

const parent = workerData as number;

function hasParent(): boolean {
	// Whose parent has died gets another, but on Windows.
	if (process.ppid !== parent) return false;
	try {
		process.kill(parent, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

setInterval(() => {
	if (!hasParent()) process.kill(process.pid, 'SIGKILL');
}, interval);
