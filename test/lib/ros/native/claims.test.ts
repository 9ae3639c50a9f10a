import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict';
import type { Graph } from '../../../../lib/ros/graph';
import { mostInLists } from '../../../../lib/ros/native/layout';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';
import { until } from '../../../interop/peers';
import { nextDomain } from '../domains';
import { openEmbedded } from '../places';
import { lackOfNative, openNative } from './native';

const name = 'rcl_interfaces/srv/SetParameters';
const { request, response } = createTypeRegistry().service(name);
/** Bools that a request of a few bytes claims to have: more than an array of JavaScript holds, at a byte each in C. */
const millions = 200_000_000;
/** Parameters that one claims to have. rcl makes a structure of 176 bytes for each before it looks for them. */
const parameters = mostInLists + 1;

describe('requests that claim to have more than came', function () {
	this.timeout(60_000);
	const graphs: Graph[] = [];
	const errors: unknown[] = [];
	const onError = (error: unknown) => void errors.push(error);

	before(function () {
		const lacking = lackOfNative();
		if (lacking === undefined) return;
		console.log(`      skipped: ${lacking}`);
		this.skip();
	});
	afterEach(async () => {
		await Promise.all(graphs.splice(0).map((graph) => graph.close()));
		const left = errors.splice(0).filter((error) => !/receive buffer|deserializ|request/i.test(String(error)));
		strictEqual(left.length, 0, String(left));
	});

	it('reach no server with it, and the next request is answered', async () => {
		const domainId = nextDomain();
		const ours = openNative({ nodeName: 'ours', namespace: '/', domainId, onError });
		const hostile = openEmbedded({ nodeName: 'hostile', namespace: '/', domainId, onError });
		graphs.push(ours, hostile);
		const asked: unknown[][] = [];
		ours.createService('/set', name, undefined, (cdr, respond) => {
			asked.push(request.decode(cdr).parameters as unknown[]);
			respond(response.encode({}));
		});
		const client = hostile.createClient('/set', name);
		await until(
			() => client.available > 0,
			() => 'the server is found',
		);
		const bools = Buffer.from(request.encode({ parameters: [{ name: 'a', value: { bool_array_value: [true] } }] }));
		const one = Buffer.of(1, 0, 0, 0, 1);
		const at = bools.lastIndexOf(one);
		ok(at > 0);
		bools.writeUInt32LE(millions, at);
		const many = Buffer.from(request.encode({}));
		many.writeUInt32LE(parameters, 4);
		await rejects(client.call(bools, { timeout: 2000 }), { brief: 'no answer' });
		// Cyclone DDS takes a list at the end that it cannot read for an empty one.
		await Promise.allSettled([client.call(many, { timeout: 2000 })]);
		await client.call(request.encode({}), { timeout: 20_000 });
		ok(asked.length >= 1);
		deepStrictEqual(asked.flat(), []);
	});
});
