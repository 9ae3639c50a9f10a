import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { Demo, type Flow } from '../demo';
import { openBrowser } from './browser';
import { Editor } from './editor';

const root = join(__dirname, '..', '..', '..');
const cartPole = JSON.parse(readFileSync(join(root, 'examples', '01 - Balance a cart-pole.json'), 'utf8')) as Flow;
const fixture = (name: string) => join(root, 'test', 'fixtures', 'transform', name);
const pictures: { name: string; format: string; data: string }[] = JSON.parse(
	readFileSync(fixture('pictures.json'), 'utf8'),
);
/** A contract of the cart-pole, in this project's own form. */
const contract = JSON.stringify({
	format: 'ros2-inference-policy/1',
	joints: ['slider', 'hinge'],
	observation: [
		{ name: 'joint_pos', kind: 'joint-position' },
		{ name: 'joint_vel', kind: 'joint-velocity' },
	],
});

/** One that has no names of joints. */
const unnamed = JSON.stringify({
	joint_ids_map: [1, 0],
	step_dt: 0.02,
	observations: { joint_pos: { params: {} }, joint_vel_rel: { params: {} } },
	actions: { JointPositionAction: { scale: 0.5 } },
});

describe('the dialog of tensor-transform in a browser', function () {
	this.timeout(60_000);
	// Mouse and keyboard of a machine under load: what fails is tried once more.
	this.retries(1);
	let browser: Browser | undefined;
	let demo: Demo | undefined;
	let editor: Editor;

	before(async function () {
		browser = await openBrowser(this);
		demo = await Demo.start('01', cartPole, { ROS_DOMAIN_ID: '79' });
		editor = await Editor.open(browser, demo.url, 'balance-observation');
	});

	after(async () => {
		await browser?.close();
		await demo?.stop();
	});

	afterEach(async function () {
		assert.deepEqual((await editor?.finish(this.currentTest?.isPassed() === true)) ?? [], []);
	});

	const cells = () => editor.page.locator('#tensor-transform-live-elements td').allTextContents();

	it('shows the running vector with its joints, and tries the last message', async () => {
		const { page } = editor;
		await editor.edit('balance-observation');
		await page.click('#tensor-transform-live-link');
		await page.waitForSelector('#tensor-transform-live-elements td');
		const texts = await cells();
		assert.equal(texts.length, 4 * 5);
		assert.ok(texts.includes('velocity of hinge'));
		assert.match((await page.textContent('#tensor-transform-live-info')) ?? '', /^\d+ messages since/);
		await page.click('#tensor-transform-capture');
		await page.waitForSelector('.tensor-transform-result:has-text("float32[1, 4]")');
		assert.match(await editor.value('#tensor-transform-sample'), /"hinge"/);
		await editor.close('cancel');
		assert.equal(await editor.changed('balance-observation'), false);
	});

	it('replays a recording through the flow, and names what differs', async () => {
		const { page } = editor;
		await editor.edit('balance-action');
		await page.click('#tensor-transform-try');
		await page.setInputFiles('#tensor-transform-recording', fixture('cart_pole_pairs.npz'));
		const verdict = page.locator('#tensor-transform-replay-result');
		await page.waitForSelector('#tensor-transform-replay-result:has-text("as recorded, 20 moments")');
		assert.match((await verdict.textContent()) ?? '', /^observation → onnx-infer → force: as recorded/);
		await page.setInputFiles('#tensor-transform-recording', fixture('cart_pole_wrong_observation.npz'));
		await page.waitForSelector('#tensor-transform-replay-result.tensor-transform-failed');
		assert.match((await verdict.textContent()) ?? '', /moment 8: observation, element 2 \(position of hinge\)/);
		await editor.close('cancel');
		assert.equal(await editor.changed('balance-action'), false);
	});

	it('fills the observation in from a contract, and keeps what is checked', async () => {
		const { page } = editor;
		await editor.edit('balance-observation');
		await page.click('#tensor-transform-policy-link');
		await page.fill('#tensor-transform-policy-text', contract);
		await page.fill('#tensor-transform-policy-model', 'models/cart-pole.onnx');
		await page.click('[data-part="observation"]');
		await page.waitForSelector('#tensor-transform-contract', { state: 'visible' });
		const text = (await page.textContent('#tensor-transform-contract-text')) ?? '';
		assert.match(text, /JSON contract, 4 elements \(joint_pos 2, joint_vel 2\).*models\/cart-pole\.onnx/);
		await editor.close('ok');
		assert.equal(await editor.changed('balance-observation'), true);
		await editor.edit('balance-observation');
		assert.ok(await page.isVisible('#tensor-transform-contract'));
		await page.click('#tensor-transform-contract-remove');
		assert.ok(!(await page.isVisible('#tensor-transform-contract')));
		await editor.close('ok');
	});

	it('says why a model does not fit, and fills nothing in', async () => {
		const { page } = editor;
		await editor.edit('balance-action');
		await page.click('#tensor-transform-policy-link');
		await page.fill('#tensor-transform-policy-text', contract);
		await page.fill('#tensor-transform-policy-model', 'models/pendulum.onnx');
		await page.click('[data-part="observation"]');
		await page.waitForSelector('#tensor-transform-policy-notes.tensor-transform-failed');
		assert.match((await page.textContent('#tensor-transform-policy-notes')) ?? '', /has 4 elements.*got 3/);
		await editor.close('cancel');
		assert.equal(await editor.changed('balance-action'), false);
	});

	it('takes the names of joints that no file says, and shows what is wrong with a step that is closed', async () => {
		const { page } = editor;
		await editor.edit('balance-action');
		await page.click('#tensor-transform-policy-link');
		await page.fill('#tensor-transform-policy-text', unnamed);
		await page.click('[data-part="observation"]');
		await page.waitForSelector('.tensor-transform-error:has-text("to be filled in")');
		await page.fill('#tensor-transform-policy-joints', 'slider');
		await page.click('[data-part="observation"]');
		await page.waitForSelector('#tensor-transform-policy-notes:has-text("names of 2 joints, got 1")');
		await page.fill('#tensor-transform-policy-joints', 'slider, hinge');
		await page.click('[data-part="observation"]');
		await page.waitForSelector('#tensor-transform-gives:has-text("tensor")');
		assert.equal(await page.locator('.tensor-transform-error:visible').count(), 0);
		await editor.close('cancel');
	});

	it('says of a recording that is not for this node what does not fit', async () => {
		const { page } = editor;
		await editor.edit('balance-action');
		await page.click('#tensor-transform-try');
		await page.setInputFiles('#tensor-transform-recording', fixture('recording_wrong.npz'));
		// Its messages are none of what this node takes: the first step says so.
		await page.waitForSelector('.tensor-transform-result.tensor-transform-failed');
		assert.match(await editor.value('#tensor-transform-sample'), /orientation/);
		assert.ok(!(await page.isVisible('#tensor-transform-replay')));
		await editor.close('cancel');
	});

	it('has the server decode a compressed image', async () => {
		const { page } = editor;
		await editor.edit('balance-observation');
		await page.click('#tensor-transform-json-link');
		await page.fill('#tensor-transform-json-text', '[{"type": "image"}]');
		await page.click('#tensor-transform-json-apply');
		await page.click('#tensor-transform-try');
		const { format, data } = pictures.find(({ name }) => name === 'colour jpeg') as (typeof pictures)[0];
		const bytes = [...Buffer.from(data, 'base64')];
		await page.fill('#tensor-transform-sample', JSON.stringify({ format, data: bytes }));
		await page.waitForSelector('.tensor-transform-result:has-text("float32[1, 3, 24, 37]")');
		await editor.close('cancel');
	});
});
