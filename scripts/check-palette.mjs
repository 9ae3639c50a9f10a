// Installs the packed package through Node-RED's admin API into an empty user directory, as the palette manager does,
// and runs the first example there.
//
//   node scripts/check-palette.mjs --node-red <folder with node_modules/node-red> [--node <binary>] [--ignore-scripts]
//
// Prints what it found and exits with 1 when something is missing.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));
const { values: options } = parseArgs({
	options: {
		'node-red': { type: 'string', default: root },
		node: { type: 'string', default: process.execPath },
		'ignore-scripts': { type: 'boolean', default: false },
		port: { type: 'string', default: '1899' },
	},
});
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'palette-'));
const userDir = join(folder, 'user');
const base = `http://127.0.0.1:${options.port}`;

const packed = spawnSync('npm', ['pack', '--pack-destination', folder], { cwd: root, encoding: 'utf8' });
if (packed.status !== 0) throw new Error(packed.stderr);
const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
console.log(`packed ${tarball}, ${(readFileSync(join(folder, tarball)).length / 1e6).toFixed(1)} MB`);

writeFileSync(join(folder, 'settings.cjs'), `module.exports = { uiHost: '127.0.0.1', uiPort: ${options.port} };\n`);
const nodeRed = spawn(
	options.node,
	[join(options['node-red'], 'node_modules', 'node-red', 'red.js'), '-u', userDir, '-s', join(folder, 'settings.cjs')],
	{
		env: {
			...process.env,
			PATH: `${dirname(options.node)}:${process.env.PATH}`,
			HOME: folder,
			ROS_DOMAIN_ID: '99',
			...(options['ignore-scripts'] ? { npm_config_ignore_scripts: 'true' } : {}),
		},
		stdio: ['ignore', 'pipe', 'inherit'],
	},
);
let log = '';
nodeRed.stdout.on('data', (data) => {
	log += data;
});

const until = async (what, seconds, check) => {
	const end = Date.now() + seconds * 1000;
	for (;;) {
		const value = await check().catch(() => undefined);
		if (value) return value;
		if (Date.now() > end || nodeRed.exitCode !== null) throw new Error(`in vain: ${what}\n${log}`);
		await new Promise((resolve) => setTimeout(resolve, 300));
	}
};
const json = async (path) => (await fetch(base + path, { headers: { accept: 'application/json' } })).json();

/** The lean of the pole, rad, from the first frame of the live picture. */
async function poleAngle() {
	const { frameLayout } = require(join(userDir, 'node_modules', packageJson.name, 'dist', 'lib', 'sim', 'frame.js'));
	const [robot] = await until('a robot', 30, async () => {
		const robots = await json('/sim-robot/robots');
		return robots.length > 0 && robots;
	});
	const { description } = await json(`/sim-robot/robots/${robot.id}`);
	const layout = frameLayout(description);
	const hinge = description.joints.findIndex(({ name }) => name === 'hinge');
	const frames = await fetch(`${base}/sim-robot/robots/${robot.id}/frames`);
	for await (const chunk of frames.body) return Buffer.from(chunk).readFloatLE((layout.position + hinge) * 4);
}

let failed = false;
const report = (what, ok, more = '') => {
	console.log(`${ok ? 'ok  ' : 'FAIL'} ${what}${more ? `: ${more}` : ''}`);
	failed ||= !ok;
};
try {
	await until('Node-RED', 60, () => json('/settings'));
	const { version } = await json('/settings');
	const form = new FormData();
	form.set('tarball', new Blob([readFileSync(join(folder, tarball))]), tarball);
	const begun = Date.now();
	const response = await fetch(`${base}/nodes`, { method: 'POST', body: form });
	report(`Node-RED ${version} installs the package`, response.ok, `${response.status}, ${Date.now() - begun} ms`);
	if (!response.ok) throw new Error(await response.text());

	const module = (await json('/nodes')).filter((set) => set.module === packageJson.name);
	const types = module.flatMap((set) => set.types).sort();
	const wanted = Object.keys(packageJson['node-red'].nodes).sort();
	report('all node types', String(types) === String(wanted), types.join(' '));
	for (const set of module) report(`${set.id}`, set.enabled && !set.err, set.err ?? '');
	const examples = JSON.stringify(await json(`/library/examples/flows/${packageJson.name}/`));
	report('examples in the Import menu', examples.includes('01 - '));
	const size = spawnSync('du', ['-sm', join(userDir, 'node_modules')], { encoding: 'utf8' }).stdout.split('\t')[0];
	console.log(`     installed size: ${size} MB`);
	const native = readdirSync(join(userDir, 'node_modules')).includes('onnxruntime-node');
	console.log(`     onnxruntime-node: ${native ? 'there' : 'not there'}`);

	const example = readdirSync(join(root, 'examples')).find((name) => name.startsWith('01'));
	const flow = await fetch(`${base}/flows`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: readFileSync(join(root, 'examples', example)),
	});
	report('deploys the first example', flow.ok);
	await new Promise((resolve) => setTimeout(resolve, 10_000));
	const angle = await poleAngle();
	report('the pole is up after 10 s', Math.abs(angle) < 0.3, `${angle} rad`);
} catch (error) {
	report('no error', false, error.message);
} finally {
	nodeRed.kill('SIGTERM');
	await new Promise((resolve) => nodeRed.once('exit', resolve));
	rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
