import assert from 'node:assert/strict';
import type { GraphWarning } from '../../lib/ros/graph';
import { Warnings } from '../../nodes/ros2-context/warnings';

describe('the warnings of a context', () => {
	const buffer: GraphWarning = { kind: 'receive-buffer', message: 'too small: sysctl' };
	const network: GraphWarning = { kind: 'network', message: 'no route' };
	const watcher = () => {
		const shown: string[] = [];
		const reported: string[] = [];
		return {
			shown,
			reported,
			show: ({ kind }: GraphWarning) => void shown.push(kind),
			report: ({ message }: Error) => void reported.push(message),
		};
	};

	it('are shown by every node, and told to Catch once', () => {
		const unheard: string[] = [];
		const warnings = new Warnings((message) => unheard.push(message));
		const [a, b] = [watcher(), watcher()];
		warnings.watch(a);
		warnings.watch(b);
		warnings.add(buffer);
		warnings.add(buffer);
		warnings.add(network);
		assert.deepEqual(a.shown, ['receive-buffer', 'network']);
		assert.deepEqual(b.shown, ['receive-buffer', 'network']);
		assert.deepEqual([...a.reported, ...b.reported], [buffer.message, network.message]);
		assert.deepEqual(unheard, []);
	});

	it('are kept for nodes that start later, which do not tell them again', () => {
		const unheard: string[] = [];
		const warnings = new Warnings((message) => unheard.push(message));
		warnings.add(buffer);
		assert.deepEqual(unheard, [buffer.message]);
		const late = watcher();
		const end = warnings.watch(late);
		assert.deepEqual(late.shown, ['receive-buffer']);
		assert.deepEqual(late.reported, []);
		end();
		warnings.add(network);
		assert.deepEqual(late.shown, ['receive-buffer']);
		assert.deepEqual(unheard, [buffer.message, network.message]);
	});
});
