import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { createEmbeddedGraph } from '../../lib/ros/embedded/graph';
import type { Graph } from '../../lib/ros/graph';
import { qosPresets } from '../../lib/ros/qos';
import { createTypeRegistry } from '../../lib/ros/types/registry';
import { Demo, type Flow } from '../demo';
import { openBrowser } from './browser';
import { Editor } from './editor';

const root = join(__dirname, '..', '..', '..');
const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const types = Object.keys(read('package.json')['node-red'].nodes);
const examples = readdirSync(join(root, 'examples')).sort();
/** A domain for this test alone, on this machine only. */
const domainId = 78;

/** All examples, the first of them running, and of each type a node as the first version might have saved it. */
function flowOf(): Flow {
	const all: Flow = examples.flatMap((file, index) =>
		(read(`examples/${file}`) as Flow).map((node) =>
			node.type === 'tab' && index > 0 ? { ...node, disabled: true } : node,
		),
	);
	const old = types.map((type) => {
		const node = all.find((other) => other.type === type);
		assert.ok(node, `${type} is in an example`);
		const { context, x, y } = node;
		const place = x === undefined ? {} : { z: 'old', x, y, wires: [] };
		return { id: `old-${type}`, type, ...place, ...(context === undefined ? {} : { context }) };
	});
	return [...all, { id: 'old', type: 'tab', label: 'old', disabled: true }, ...old];
}

describe('the editor in a browser', function () {
	this.timeout(60_000);
	// Mouse and keyboard of a machine under load: what fails is tried once more.
	this.retries(1);
	const flow = flowOf();
	const own = flow.filter(({ type }) => types.includes(type));
	const idOf = (type: string) => own.find((node) => node.type === type)?.id as string;
	let browser: Browser | undefined;
	let demo: Demo | undefined;
	let graph: Graph | undefined;
	let editor: Editor;

	before(async function () {
		browser = await openBrowser(this);
		demo = await Demo.start('01', flow, { ROS_DOMAIN_ID: String(domainId) });
		editor = await Editor.open(browser, demo.url, idOf('sim-robot'));
		graph = openPeer();
	});

	after(async () => {
		await graph?.close();
		await browser?.close();
		await demo?.stop();
	});

	afterEach(async function () {
		assert.deepEqual((await editor?.finish(this.currentTest?.isPassed() === true)) ?? [], []);
	});

	/** A robot on the network: a camera, a map for late joiners, a base that listens. */
	function openPeer(): Graph {
		const peer = createEmbeddedGraph({
			nodeName: 'robot',
			namespace: '/test',
			domainId,
			discovery: { range: 'localhost', staticPeers: [] },
			types: createTypeRegistry(),
			onError: (error) => assert.fail(String(error)),
			onWarning: () => {},
		});
		const latched = { ...qosPresets.default, durability: 'transient_local', depth: 1 } as const;
		peer.advertise('/camera/image', 'sensor_msgs/msg/Image', qosPresets.sensor_data);
		peer.advertise('/map', 'nav_msgs/msg/OccupancyGrid', latched);
		peer.subscribe('/cmd_vel', 'geometry_msgs/msg/Twist', { ...qosPresets.default, deadline: 500 }, () => {});
		return peer;
	}

	/** Waits until Node-RED knows what the robot has. */
	async function peerIsKnown(): Promise<void> {
		const context = own.find(({ id }) => id === idOf('ros2-subscribe'))?.context;
		await demo?.until('the robot is known', async () => {
			const path = `/ros2-context/topics?context=${context}`;
			const { topics } = (await demo?.get<{ topics: { topic: string; publishers: { node?: string }[] }[] }>(path)) ?? {
				topics: [],
			};
			const found = topics.filter(({ topic }) => ['/camera/image', '/map', '/cmd_vel'].includes(topic));
			return found.length === 3 && found.every(({ publishers }) => publishers.every(({ node }) => node !== undefined));
		});
	}

	it('has all nodes in the palette, each with its label', async () => {
		for (const type of types.filter((other) => other !== 'ros2-context')) {
			const node = editor.page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
			assert.equal(await node.count(), 1, type);
			// Node-RED breaks long labels with spaces.
			assert.equal((await node.locator('.red-ui-palette-label').textContent())?.replace(/\s/g, ''), type);
		}
	});

	it('opens every dialog without an error, and Done changes nothing that was not edited', async function () {
		// Each dialog slides in and out, which takes most of a second.
		this.timeout(240_000);
		for (const { id } of own) {
			await editor.edit(id);
			await editor.close();
			assert.deepEqual(editor.errors, [], id);
			assert.equal(await editor.changed(id), false, `${id} counts as changed`);
			assert.equal(await editor.dirty(), false, `the flow is to be deployed after ${id}`);
		}
	});

	it('shows the defaults of what a node of an older version lacks', async () => {
		for (const type of types) {
			await editor.edit(`old-${type}`);
			const empty = await editor.page.$$eval('.red-ui-tray-body select', (selects) =>
				(selects as unknown as { id: string; value: string; selectedIndex: number }[])
					.filter(({ id, selectedIndex }) => /^node-(config-)?input-/.test(id) && selectedIndex < 0)
					.map(({ id }) => id),
			);
			assert.deepEqual(empty, [], type);
			await editor.close('cancel');
		}
		await editor.edit('old-ros2-subscribe');
		assert.equal(await editor.value('#node-input-qos'), 'default');
		assert.equal(await editor.value('#node-input-depth'), '10');
		assert.equal(await editor.page.isChecked('#node-input-newestOnly'), true);
		await editor.close('cancel');
	});

	it('fills in type and QoS when a subscriber’s topic is chosen', async () => {
		await peerIsKnown();
		const { page } = editor;
		await editor.edit(idOf('ros2-subscribe'));
		const choose = (topic: string) => page.click(`.red-ui-autoComplete-container li:has-text("${topic}")`);

		await page.click('#node-input-topic');
		await page.waitForSelector('.red-ui-autoComplete-container li:has-text("sensor_msgs/msg/Image")');
		await choose('/camera/image');
		assert.equal(await editor.value('#node-input-topic'), '/camera/image');
		assert.equal(await editor.value('#node-input-messageType'), 'sensor_msgs/msg/Image');
		assert.equal(await editor.value('#node-input-qos'), 'sensor_data');
		const peers = () => page.textContent('.ros2-peers');
		assert.match((await peers()) ?? '', /1 publisher offers best effort, volatile \(\/test\/robot\)/);

		await page.selectOption('#node-input-qos', 'default');
		assert.match((await peers()) ?? '', /reliability/);
		await page.click('.ros2-use');
		assert.equal(await editor.value('#node-input-qos'), 'sensor_data');

		// By the keyboard: the first of the list is taken at Enter.
		await page.fill('#node-input-topic', '');
		await page.type('#node-input-topic', '/ma');
		await page.waitForSelector('.red-ui-autoComplete-container li:has-text("/map")');
		await page.press('#node-input-topic', 'Enter');
		await page.waitForFunction(() => document.querySelector<HTMLSelectElement>('#node-input-qos')?.value === 'custom');
		assert.equal(await editor.value('#node-input-topic'), '/map');
		assert.equal(await editor.value('#node-input-messageType'), 'nav_msgs/msg/OccupancyGrid');
		assert.equal(await editor.value('#node-input-durability'), 'transient_local');
		assert.equal(await editor.value('#node-input-reliability'), 'reliable');
		assert.equal(await page.isChecked('#node-input-newestOnly'), false);
		// A topic that only has subscriptions is nothing to subscribe to.
		await page.fill('#node-input-topic', '');
		await page.type('#node-input-topic', '/c');
		await page.waitForSelector('.red-ui-autoComplete-container li:has-text("/camera/image")');
		assert.equal(await page.isVisible('.red-ui-autoComplete-container li:has-text("/cmd_vel")'), false);
		await editor.close('cancel');
	});

	it('fills in what subscriptions ask of a publisher, and shows its message', async () => {
		await peerIsKnown();
		const { page } = editor;
		await editor.edit(idOf('ros2-publish'));
		await page.click('#node-input-topic');
		await page.click('.red-ui-autoComplete-container li:has-text("/cmd_vel")');
		assert.equal(await editor.value('#node-input-messageType'), 'geometry_msgs/msg/Twist');
		assert.equal(await editor.value('#node-input-qos'), 'custom');
		assert.equal(await editor.value('#node-input-deadline'), '500');
		assert.match((await page.textContent('.ros2-peers')) ?? '', /1 subscription asks.*500 ms \(\/test\/robot\)/);

		await page.click('.ros2-skeleton-toggle');
		await page.waitForSelector('.ros2-skeleton-json:has-text("linear")');
		const json = JSON.parse((await page.textContent('.ros2-skeleton-json')) ?? '');
		assert.deepEqual(json, { linear: { x: 0, y: 0, z: 0 }, angular: { x: 0, y: 0, z: 0 } });

		await page.fill('#node-input-messageType', 'geometry_msgs/msg/Twst');
		await page.dispatchEvent('#node-input-messageType', 'change');
		await page.click('.ros2-skeleton a:has-text("geometry_msgs/msg/Twist")');
		assert.equal(await editor.value('#node-input-messageType'), 'geometry_msgs/msg/Twist');
		await page.waitForSelector('.ros2-skeleton-json:has-text("angular")');
		await editor.close('cancel');
	});

	it('completes types, and says when topics come, before a context is deployed', async () => {
		const { page } = editor;
		await editor.edit(idOf('ros2-subscribe'));
		await page.selectOption('#node-input-context', '_ADD_');
		await page.waitForSelector('.ros2-peers:has-text("once the context is deployed")');
		await page.fill('#node-input-messageType', '');
		await page.type('#node-input-messageType', 'LaserSc');
		await page.click('.red-ui-autoComplete-container li:has-text("sensor_msgs/msg/LaserScan")');
		assert.equal(await editor.value('#node-input-messageType'), 'sensor_msgs/msg/LaserScan');
		await editor.close('cancel');
		assert.equal(await editor.dirty(), false);
	});

	it('draws the robot on its page', async () => {
		assert.ok(browser && demo);
		const page = await browser.newPage();
		const errors: string[] = [];
		page.on('pageerror', (error) => errors.push(String(error)));
		await page.goto(`${demo.url}/sim-robot/view?id=${idOf('sim-robot')}`);
		await page.waitForFunction(() => /\blive\b/.test(document.body.innerText));
		/** The colours in the picture: an empty one has one. */
		const colours = () =>
			page.$eval('#scene', (element) => {
				const canvas = element as HTMLCanvasElement;
				const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
				return new Set(new Uint32Array(pixels?.buffer ?? new ArrayBuffer(0))).size;
			});
		await demo.until('the robot is drawn', async () => (await colours()) > 3);
		assert.deepEqual(errors, []);
		await page.close();
	});
});
