import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load, type Message, next, node, send, unload } from './flow';

const folder = join(__dirname, '..', '..', '..', 'examples');

/** The nodes of an example, by the end of its file's name. */
function example(name: string): { id: string; type: string; [property: string]: unknown }[] {
	const file = readdirSync(folder).find((other) => other.endsWith(`${name}.json`));
	assert.ok(file, name);
	return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

describe('the example "Drive by laser scan"', () => {
	afterEach(unload);

	const flow = example('Drive by laser scan');
	/** What a transform of the example gives for one of its scans. */
	async function run(id: string, scan: string): Promise<Message> {
		const nodes = flow.filter((item) => item.id === id).map((item) => ({ ...item, z: 'flow', wires: [['out']] }));
		await load([...nodes, { id: 'out', type: 'helper' }]);
		const button = flow.find((item) => item.name === scan);
		const out = next('out');
		send(id, { topic: '/scan', payload: JSON.parse(String(button?.payload)) });
		return out;
	}
	const command = async (scan: string) => {
		const { payload, ros } = await run('laser-reflex', scan);
		const { linear, angular } = payload as { linear: { x: number }; angular: { z: number } };
		return [Math.fround(linear.x), Math.fround(angular.z), (ros as { type: string }).type];
	};

	it('drives where there is room, stops before a wall and turns away from it', async () => {
		const twist = 'geometry_msgs/msg/Twist';
		assert.deepEqual(await command('nothing around'), [Math.fround(0.2), 0, twist]);
		await unload();
		const [forward, turn] = await command('a wall ahead');
		assert.equal(forward, 0);
		assert.ok((turn as number) < 0, 'turns right, where there is more room');
		await unload();
		const [, away] = await command('a wall on the left');
		assert.ok((away as number) < 0);
	});

	it('makes the input of a policy', async () => {
		const { payload } = await run('laser-observation', 'a wall ahead');
		const { dims, data } = payload as unknown as { dims: number[]; data: Float32Array };
		assert.deepEqual(dims, [1, 26]);
		assert.ok(Math.abs((data[12] as number) - 0.4 / 3.5) < 1e-6);
		assert.equal(data[0], 1);
		assert.ok(node('out'));
	});
});
