import assert from 'node:assert/strict';
import { Tensor } from '../../lib/tensor/tensor';
import { collect, type FlowNode, hooks, load, type Message, node, send, unload, until } from './flow';

/** A transform that adds to each element. */
const adder = (id: string, wires: string[][], offset = 1): FlowNode => ({
	id,
	type: 'tensor-transform',
	name: id,
	steps: [{ type: 'offset', offset }],
	wires,
});
const input = () => ({ payload: new Tensor('float32', [1], Float32Array.of(1)) });
const value = (message: Message | undefined) => (message?.payload as Tensor | undefined)?.data[0];

describe('the way from one node of this package to the next', () => {
	afterEach(async () => {
		hooks.remove('*.watch');
		await unload();
	});

	it('takes no turn of the event loop, but to nodes of others one', async () => {
		await load([adder('a', [['b']]), adder('b', [['c']]), adder('c', [['out']]), { id: 'out', type: 'helper' }]);
		const seen = collect('c');
		const out = collect('out');
		send('a', input());
		assert.equal(seen.length, 1);
		assert.equal(out.length, 0);
		await until(() => out.length === 1);
		assert.equal(value(out[0]), 4);
	});

	it('is through Node-RED where somebody watches wires, who may stop a message', async () => {
		await load([adder('a', [['b']]), adder('b', [['out']]), { id: 'out', type: 'helper' }]);
		const out = collect('out');
		const routes: string[] = [];
		hooks.add('preDeliver.watch', (event) => {
			routes.push(`${event.source.id} ${event.destination.id}`);
			return event.source.id === 'b' ? false : undefined;
		});
		send('a', input());
		await until(() => routes.length === 2);
		assert.deepEqual(routes, ['a b', 'b out']);
		hooks.remove('*.watch');
		send('a', input());
		await until(() => out.length === 1);
		assert.equal(routes.length, 2);
	});

	it('gives each of several wires a message of its own', async () => {
		await load([
			adder('a', [['b', 'c']]),
			adder('b', [['out']], 10),
			adder('c', [['out']], 100),
			{ id: 'out', type: 'helper' },
		]);
		const out = collect('out');
		send('a', input());
		await until(() => out.length === 2);
		assert.deepEqual(out.map(value).sort(), [102, 12]);
	});

	it('lets the event loop turn in a loop of wires, which would end the stack', async () => {
		await load([adder('a', [['b']]), adder('b', [['a']])]);
		const seen = collect('b');
		send('a', input());
		assert.ok(seen.length < 20, `${seen.length} at once`);
		await until(() => seen.length > 5000);
	});

	it('goes on behind a node that fails', async () => {
		await load([
			adder('a', [['b']]),
			{ ...adder('b', [['out']]), steps: [{ type: 'reshape', shape: [7] }] },
			{ id: 'out', type: 'helper' },
			{ id: 'catch', type: 'catch', wires: [['caught']] },
			{ id: 'caught', type: 'helper' },
		]);
		const caught = collect('caught');
		send('a', input());
		send('a', input());
		await until(() => caught.length === 2);
		assert.equal((caught[0] as unknown as { error: { source: { id: string } } }).error.source.id, 'b');
		assert.ok(node('a'));
	});
});
