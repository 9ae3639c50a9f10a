import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { Peer, until } from './peers';
import { check, lacks, nextDomain, numbers, useSessions } from './session';

const namespace = `rtps-test-${process.pid}`;

function inHost(...command: string[]): string | undefined {
	const { status, error, stderr } = spawnSync(command[0]!, command.slice(1), { encoding: 'utf8' });
	return error?.message ?? (status === 0 ? undefined : stderr.trim());
}

const inNamespace = (...command: string[]) => inHost('ip', 'netns', 'exec', namespace, ...command);

/** Datagrams that the rule has let through or dropped so far. */
function dropped(): number {
	const { stdout } = spawnSync('ip', ['netns', 'exec', namespace, 'iptables', '-L', 'INPUT', '-v', '-n', '-x'], {
		encoding: 'utf8',
	});
	const rule = stdout.split('\n').find((line) => line.includes('DROP') && line.includes('statistic'));
	return Number(rule?.trim().split(/\s+/)[0] ?? 0);
}

/** All peers run in a network namespace of their own, on whose loopback datagrams get lost at random. */
describe('interoperability on a lossy network', function () {
	this.timeout(90_000);
	useSessions();

	before(function () {
		const why =
			process.platform !== 'linux' || process.getuid?.() !== 0
				? 'a network namespace can only be made as root on Linux'
				: (inHost('ip', 'netns', 'add', namespace) ?? inHost('ip', '-n', namespace, 'link', 'set', 'lo', 'up'));
		if (why !== undefined) lacks(this, why);
	});

	after(() => {
		inHost('ip', 'netns', 'delete', namespace);
	});

	for (const kind of ['cyclone', 'fast', 'ours'] as const) {
		for (const percent of [1, 5, 10]) {
			for (const direction of ['to them', 'from them'] as const) {
				it(`${kind}, ${percent} % loss, ${direction}: every sample once and in order`, async function () {
					const rule = ['-A', 'INPUT', '-p', 'udp', '-m', 'statistic', '--mode', 'random', '--probability'];
					inNamespace('iptables', '-F', 'INPUT');
					const lacking = inNamespace('iptables', ...rule, String(percent / 100), '-j', 'DROP');
					if (lacking !== undefined) lacks(this, `iptables cannot drop at random: ${lacking}`);
					const domain = nextDomain();
					const qos = ['reliable', 'keep_all'];
					const [from, to] = direction === 'to them' ? (['ours', kind] as const) : ([kind, 'ours'] as const);
					const sub = new Peer(to, domain, 'sub', 'lossy', qos, { namespace });
					const pub = new Peer(from, domain, 'pub', 'lossy', qos, { namespace });
					await Promise.all([sub.line('matched 1'), pub.line('matched 1')]);
					pub.say('write 500 200 1000');
					pub.say('write 10 921600 20000');
					await until(
						() => sub.samples.length === 510,
						() => `${sub.samples.length} of 510`,
						60_000,
					);
					assert.deepEqual(
						sub.samples.map(({ number }) => number),
						numbers(1, 510),
					);
					check(sub.samples.slice(0, 500), 200);
					check(sub.samples.slice(500), 921_600);
					assert.ok(dropped() > 0, 'datagrams were lost');
					await Promise.all([pub.quit(), sub.quit()]);
				});
			}
		}
	}
});
