/**
 * A node of ours in a process of its own, to be killed: answers AddTwoInts on /ours/add unless `a` is 99, and takes goals
 * of Fibonacci on /ours/fib, which end with their first feedback unless the order is above 50.
 *
 *     node ours.js <transport> <domain>
 */
import { systemTimers } from '../../../lib/control/timers';
import { ActionServer } from '../../../lib/ros/actions/server';
import { systemNow } from '../../../lib/ros/clock';
import { createTypeRegistry } from '../../../lib/ros/types/registry';
import { distribution } from './peer';
import { openGraph, type TransportName } from './transports';

const sumType = 'example_interfaces/srv/AddTwoInts';
const tell = (line: unknown) => process.stdout.write(`${line}\n`);

const types = createTypeRegistry({ distribution });
const { request, response } = types.service(sumType);
const graph = openGraph(process.argv[2] as TransportName, {
	nodeName: 'ours',
	namespace: '/',
	domainId: Number(process.argv[3]),
	types,
	onProblem: tell,
});
graph.createService('/ours/add', sumType, undefined, (cdr, respond) => {
	const { a, b } = request.decode(cdr) as unknown as { a: bigint; b: bigint };
	tell(`asked ${a}`);
	if (a !== 99n) respond(response.encode({ sum: a + b }));
});
new ActionServer(graph, types, {
	action: '/ours/fib',
	typeName: 'example_interfaces/action/Fibonacci',
	onGoal(offer) {
		const { order } = offer.goal as { order: number };
		const goal = offer.accept();
		goal.feedback({ sequence: [0, 1] });
		if (order <= 50) goal.succeed({ sequence: [0, 1] });
	},
	onCancel: (offer) => offer.accept(),
	onError: tell,
	timers: systemTimers,
	now: systemNow,
});
graph.ready.then(() => tell('ready'), tell);
