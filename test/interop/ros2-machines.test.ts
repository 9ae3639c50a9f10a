import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { lackOfRos2 } from './ros2/peer';

const [ours, theirs] = [`ros2-us-${process.pid}`, `ros2-them-${process.pid}`];

function ip(...args: string[]): void {
	const { status, error, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
	if (status !== 0) throw new Error(`ip ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}

/**
 * Two network namespaces with a cable between them, as two machines are: nothing but multicast tells them of each
 * other, and neither has heard of settings.
 */
function layCable(): string | undefined {
	try {
		for (const name of [ours, theirs]) ip('netns', 'add', name);
		ip('link', 'add', 'cable', 'netns', ours, 'type', 'veth', 'peer', 'name', 'cable', 'netns', theirs);
		for (const [name, address] of [
			[ours, '10.77.0.1/24'],
			[theirs, '10.77.0.2/24'],
		] as const) {
			ip('-n', name, 'address', 'add', address, 'dev', 'cable');
			ip('-n', name, 'link', 'set', 'lo', 'up');
			ip('-n', name, 'link', 'set', 'cable', 'up');
			ip('-n', name, 'route', 'add', 'default', 'dev', 'cable');
		}
		return undefined;
	} catch (error) {
		return String(error);
	}
}

describe('a real ROS 2 on another machine', function () {
	this.timeout(300_000);

	before(function () {
		const lacking = lackOfRos2() ?? layCable();
		if (lacking === undefined) return;
		// No registry has ROS 2, so nobody can be asked to have it installed, a CI neither.
		console.log(`      skipped: ${lacking}`);
		this.skip();
	});
	after(() => {
		for (const name of [ours, theirs]) spawnSync('ip', ['netns', 'delete', name]);
	});

	it('does all that it does on this one, found by multicast', async () => {
		const { CYCLONEDDS_URI: _, FASTRTPS_DEFAULT_PROFILES_FILE: __, ROS_LOCALHOST_ONLY: ___, ...rest } = process.env;
		const env = { ...rest, INTEROP_ROS2_NAMESPACE: theirs, ROS_AUTOMATIC_DISCOVERY_RANGE: 'SUBNET' };
		const mocha = [require.resolve('mocha/bin/mocha.js'), '--no-config', join(__dirname, 'ros2.test.js')];
		const child = spawn('ip', ['netns', 'exec', ours, process.execPath, ...mocha], { env });
		let said = '';
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
		const code = await new Promise((resolve) => child.once('close', resolve));
		assert.equal(code, 0, said);
		assert.match(said, /\d\d passing/);
	});
});
