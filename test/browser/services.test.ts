import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { systemTimers } from '../../lib/control/timers';
import { ActionServer } from '../../lib/ros/actions/server';
import { createEmbeddedGraph } from '../../lib/ros/embedded/graph';
import type { Graph } from '../../lib/ros/graph';
import { checkDeclaration } from '../../lib/ros/parameters/description';
import { ParameterServer } from '../../lib/ros/parameters/server';
import { createTypeRegistry } from '../../lib/ros/types/registry';
import type { ServicesAnswer } from '../../nodes/shared/topics-answer';
import { Demo } from '../demo';
import { openBrowser } from './browser';
import { Editor } from './editor';

/** A domain for this test alone, on this machine only. */
const domainId = 128;

describe('the forms of services, actions and parameters in a browser', function () {
	this.timeout(60_000);
	// Mouse and keyboard of a machine under load: what fails is tried once more.
	this.retries(1);
	let browser: Browser | undefined;
	let demo: Demo;
	let editor: Editor;
	let graph: Graph | undefined;
	let actions: ActionServer | undefined;

	before(async function () {
		browser = await openBrowser(this);
		demo = await Demo.start('07', undefined, { ROS_DOMAIN_ID: String(domainId) });
		editor = await Editor.open(browser, demo.url, 'call-add');
		openRobot();
		await demo.until('the robot is known', async () => {
			const { services } = await demo.get<ServicesAnswer>('/ros2-context/services?context=call-context');
			return ['/lab/reset', '/lab/move/_action/send_goal', '/robot/list_parameters'].every((wanted) =>
				services.some(({ service, servers }) => service === wanted && servers > 0),
			);
		});
	});
	after(async () => {
		actions?.close();
		await graph?.close();
		await browser?.close();
		await demo?.stop();
	});
	afterEach(async function () {
		assert.deepEqual((await editor?.finish(this.currentTest?.isPassed() === true)) ?? [], []);
	});

	/** A robot with a service, an action and two parameters. */
	function openRobot(): void {
		const types = createTypeRegistry();
		const fail = (error: unknown) => assert.fail(String(error));
		graph = createEmbeddedGraph({
			nodeName: 'robot',
			namespace: '/',
			domainId,
			discovery: { range: 'localhost', staticPeers: [] },
			types,
			onError: fail,
			onWarning: () => {},
		});
		graph.createService('/lab/reset', 'std_srvs/srv/SetBool', undefined, () => {});
		actions = new ActionServer(graph, types, {
			action: '/lab/move',
			typeName: 'control_msgs/action/FollowJointTrajectory',
			onGoal: (offer) => offer.reject(),
			onCancel: (offer) => offer.reject(),
			onError: fail,
			timers: systemTimers,
			now: Date.now,
		});
		const rows = ['speed', 'gain'].map((name) => checkDeclaration('row', { name, value: '1' }));
		const store = { get: async () => 1, set: async () => {} };
		new ParameterServer(graph, types, { now: Date.now, onError: fail }).declare(rows, store);
	}

	const option = (value: string) => `.red-ui-autoComplete-container li:has-text("${value}")`;
	const choose = async (field: string, value: string) => {
		await editor.page.click(field);
		await editor.page.click(option(value));
	};
	const text = (selector: string) => editor.page.textContent(selector);

	it('fills in the type when a service is chosen, and shows its request', async () => {
		const { page } = editor;
		await editor.edit('call-add');
		await page.waitForSelector('.ros2-peers:has-text("1 server offers it")');
		await choose('#node-input-service', '/lab/reset');
		assert.equal(await editor.value('#node-input-serviceType'), 'std_srvs/srv/SetBool');
		assert.match((await text('.ros2-peers')) ?? '', /1 server offers it/);
		await page.click('.ros2-skeleton-toggle');
		await page.waitForSelector('.ros2-skeleton-json:has-text("data")');
		assert.deepEqual(JSON.parse((await text('.ros2-skeleton-json')) ?? ''), { data: false });
		await page.fill('#node-input-serviceType', 'std_srvs/srv/Trigger');
		await page.dispatchEvent('#node-input-serviceType', 'change');
		await page.waitForSelector('.ros2-peers:has-text("offered as std_srvs/srv/SetBool")');
		await page.fill('#node-input-serviceType', 'std_srvs/srv/SetBol');
		await page.dispatchEvent('#node-input-serviceType', 'change');
		await page.click('.ros2-skeleton a:has-text("std_srvs/srv/SetBool")');
		assert.equal(await editor.value('#node-input-serviceType'), 'std_srvs/srv/SetBool');
		// The services that an action is made of are for actions.
		await page.fill('#node-input-service', '');
		await page.type('#node-input-service', '/lab/');
		await page.waitForSelector(option('/lab/reset'));
		await editor.close('cancel');
	});

	it('fills in the type when an action is chosen, and shows its goal', async () => {
		const { page } = editor;
		await editor.edit('call-goal');
		await choose('#node-input-action', '/lab/move');
		assert.equal(await editor.value('#node-input-actionType'), 'control_msgs/action/FollowJointTrajectory');
		await page.click('.ros2-skeleton-toggle');
		await page.waitForSelector('.ros2-skeleton-json:has-text("trajectory")');
		assert.ok('trajectory' in JSON.parse((await text('.ros2-skeleton-json')) ?? ''));
		await editor.close('cancel');
	});

	it('offers nodes with parameters and the names of these, and shows what an operation needs', async () => {
		const { page } = editor;
		await editor.edit('call-get');
		await choose('#node-input-node', '/robot');
		await page.waitForSelector('.ros2-peers:has-text("This node is there")');
		await choose('#node-input-names', 'gain');
		assert.equal(await editor.value('#node-input-names'), 'gain');
		await page.fill('#node-input-node', '/nobody');
		await page.dispatchEvent('#node-input-node', 'change');
		await page.waitForSelector('.ros2-peers:has-text("not there now")');
		const visible = async () => [
			await page.isVisible('#node-input-node'),
			await page.isVisible('#node-input-names'),
			await page.isVisible('#node-input-atomically'),
			await page.isVisible('#node-input-store'),
		];
		assert.deepEqual(await visible(), [true, true, false, false]);
		await page.selectOption('#node-input-operation', 'set');
		assert.deepEqual(await visible(), [true, false, true, false]);
		await page.selectOption('#node-input-operation', 'serve');
		assert.deepEqual(await visible(), [false, false, false, true]);
		await editor.close('cancel');
	});

	it('keeps the rows of own parameters', async () => {
		const { page } = editor;
		await editor.edit('call-own');
		await page.click('.ros2-param-serve .red-ui-editableList-addButton');
		const row = '.ros2-param-list li:nth-child(3)';
		await page.fill(`${row} input[name="name"]`, 'limit');
		await page.selectOption(`${row} select[name="type"]`, 'integer');
		await page.fill(`${row} input[name="value"]`, '7');
		await page.fill(`${row} input[name="max"]`, '10');
		await page.check(`${row} input[name="readOnly"]`);
		assert.equal(await page.isVisible('.ros2-param-list li:nth-child(2) input[name="max"]'), false);
		await editor.close();
		const saved = await page.evaluate(() => {
			const { RED } = window as unknown as { RED: { nodes: { node(id: string): { parameters: string } | null } } };
			return RED.nodes.node('call-own')?.parameters;
		});
		assert.deepEqual(JSON.parse(String(saved)).at(-1), {
			name: 'limit',
			type: 'integer',
			value: '7',
			description: '',
			max: '10',
			readOnly: true,
		});
		assert.equal(JSON.parse(String(saved)).length, 3);
	});
});
