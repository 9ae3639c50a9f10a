import { match, ok, strictEqual, throws } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BriefError } from '../../../../lib/check';
import { checkAvailable } from '../../../../lib/ros/native/availability';
import { locate, type Surroundings } from '../../../../lib/ros/native/locate';

describe('what the native transport needs', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'rclnodejs-'));
	});
	afterEach(() => {
		rmSync(folder, { recursive: true });
	});

	const sourced = { AMENT_PREFIX_PATH: '/opt/ros/jazzy', ROS_DISTRO: 'jazzy' };
	const surroundings = (more: Partial<Surroundings> = {}): Surroundings => ({
		environment: sourced,
		folders: [folder],
		platform: 'linux',
		arch: 'x64',
		codename: 'noble',
		...more,
	});
	const write = (files: Record<string, string>, root = join(folder, 'node_modules', 'rclnodejs')) => {
		for (const [name, text] of Object.entries(files)) {
			mkdirSync(join(root, dirname(name)), { recursive: true });
			writeFileSync(join(root, name), text);
		}
		return root;
	};
	const refusal = (run: () => unknown): BriefError => {
		let thrown: unknown;
		throws(run, (error) => {
			thrown = error;
			return true;
		});
		ok(thrown instanceof BriefError, String(thrown));
		ok(thrown.brief.length <= 20, thrown.brief);
		return thrown;
	};
	const prebuilt = 'prebuilds/linux-x64/jazzy-noble-x64-node-rclnodejs.node';
	const built = 'build/Release/rclnodejs.node';
	const version = (text: string) => ({ 'package.json': JSON.stringify({ version: text }) });

	it('is a ROS 2 that is sourced', () => {
		for (const environment of [{}, { ROS_DISTRO: 'jazzy' }, { AMENT_PREFIX_PATH: '/opt/ros/jazzy' }]) {
			const { brief, message } = refusal(() => locate(surroundings({ environment })));
			strictEqual(brief, 'ROS 2 not sourced');
			match(message, /source \/opt\/ros\/jazzy\/setup\.bash/);
		}
	});

	it('is rclnodejs, which the message says how to install, and where', () => {
		const { brief, message } = refusal(() => locate(surroundings()));
		strictEqual(brief, 'no rclnodejs');
		ok(message.includes(`cd ${folder} && npm install`), message);
	});

	it('is found in the user directory and by NODE_PATH', () => {
		const root = write({ ...version('2.2.0'), [prebuilt]: '' });
		strictEqual(locate(surroundings()).binary, join(root, prebuilt));
		const elsewhere = { ...sourced, NODE_PATH: join(folder, 'node_modules') };
		strictEqual(locate(surroundings({ environment: elsewhere, folders: [] })).binary, join(root, prebuilt));
	});

	it('is a version with what is used', () => {
		for (const old of ['1.8.0', '2.1.3', '3.0.0']) {
			write({ ...version(old), [prebuilt]: '' });
			strictEqual(refusal(() => locate(surroundings())).brief, 'other rclnodejs', old);
		}
		write({ 'package.json': 'nonsense', [prebuilt]: '' });
		strictEqual(refusal(() => locate(surroundings())).brief, 'rclnodejs broken');
	});

	it('is a binary for this distribution and system: brought along, or built here', () => {
		const root = write({ ...version('2.2.0'), [prebuilt]: '' });
		const { brief, message } = refusal(() => locate(surroundings({ codename: 'bookworm' })));
		strictEqual(brief, 'rclnodejs not built');
		match(message, /bookworm.*npm rebuild --yes rclnodejs/);
		write({ [built]: '', 'build/rclnodejs.target.mk': "'-DROS_VERSION=2405'" });
		strictEqual(locate(surroundings({ codename: 'bookworm' })).binary, join(root, built));
		const humble = { ...sourced, ROS_DISTRO: 'humble' };
		const other = refusal(() => locate(surroundings({ environment: humble, codename: 'bookworm' })));
		strictEqual(other.brief, 'rclnodejs of another');
		match(other.message, /built for ROS 2 jazzy, and humble is sourced/);
		strictEqual(refusal(() => locate(surroundings({ arch: 'ia32' }))).brief, 'not on this CPU');
	});

	it('is a binary that loads: what it does to a process happens to another one', () => {
		write({ ...version('2.2.0'), [prebuilt]: 'no binary' });
		const environment = { ...sourced, PATH: process.env.PATH };
		const { brief, message } = refusal(() => checkAvailable(surroundings({ environment })));
		strictEqual(brief, 'rclnodejs broken');
		match(message, /npm rebuild --yes rclnodejs/);
	});
});
