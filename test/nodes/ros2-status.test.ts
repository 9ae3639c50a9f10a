import assert from 'node:assert/strict';
import type { Node, NodeAPI } from 'node-red';
import { endpointStatus } from '../../nodes/shared/endpoint-status';

describe('the status of a subscriber or publisher', () => {
	let shown = '';
	let reported: string[] = [];
	const RED = {
		_: (key: string, values: object = {}) => [key.split('.').pop(), ...Object.values(values)].join(' '),
	} as unknown as NodeAPI;
	const make = () =>
		endpointStatus(RED, 'ros2-subscribe', '/scan', {
			node: { warn() {} } as unknown as Node,
			status: {
				set: (fill, _shape, text) => {
					shown = `${fill}: ${text}`;
				},
				update() {},
				close() {},
			},
			report: (error) => void reported.push((error as Error).message),
		});

	beforeEach(() => {
		shown = '';
		reported = [];
	});

	it('says how many match, and names the policy that does not fit', () => {
		const { show, onEvent } = make();
		show(0);
		assert.equal(shown, 'grey: none 0');
		onEvent({ kind: 'matched', count: 2 });
		assert.equal(shown, 'green: many 2');
		onEvent({ kind: 'incompatible', policy: 'durability', message: 'offers volatile' });
		assert.equal(shown, 'red: incompatible durability');
		assert.deepEqual(reported, ['offers volatile']);
	});

	it('goes on naming what does not fit, also when it was found before the first count, until something fits', () => {
		const { show, onEvent } = make();
		onEvent({ kind: 'incompatible', policy: 'reliability', message: 'offers best_effort' });
		show(0);
		assert.equal(shown, 'red: incompatible reliability');
		onEvent({ kind: 'matched', count: 1 });
		assert.equal(shown, 'green: one 1');
		onEvent({ kind: 'matched', count: 0 });
		assert.equal(shown, 'grey: none 0');
	});

	it('keeps showing a receive buffer that is too small, but no trouble that may pass', () => {
		const { showWarning, onEvent } = make();
		showWarning('network');
		assert.equal(shown, 'yellow: network');
		onEvent({ kind: 'matched', count: 1 });
		assert.equal(shown, 'green: one 1');
		showWarning('receive-buffer');
		onEvent({ kind: 'matched', count: 2 });
		assert.equal(shown, 'yellow: receive-buffer');
		onEvent({ kind: 'matched', count: 0 });
		assert.equal(shown, 'grey: none 0');
	});
});
