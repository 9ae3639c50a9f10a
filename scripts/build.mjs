// Builds dist/ 1:1 with the source: TypeScript by tsc, each node's editor script bundled into its html, and beside
// each node's entry the icons, catalogue and help that Node-RED looks for there.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc');
const compiled = spawnSync(process.execPath, [tsc, '-b'], { cwd: root, stdio: 'inherit' });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

/** A script or style sheet for the browser, with all that it imports. */
async function bundle(path) {
	const { outputFiles } = await build({
		entryPoints: [path],
		bundle: true,
		write: false,
		format: 'iife',
		target: 'es2020',
		charset: 'utf8',
		legalComments: 'none',
	});
	return outputFiles[0].text;
}

for (const [name, entry] of Object.entries(packageJson['node-red'].nodes)) {
	const source = join(root, 'nodes', name);
	const target = join(root, dirname(entry));
	const script = (await bundle(join(source, `${name}.editor.ts`))).replaceAll('</script', '<\\/script');
	const form = readFileSync(join(source, `${name}.html`), 'utf8');
	mkdirSync(target, { recursive: true });
	writeFileSync(join(target, `${name}.html`), `${form}\n<script type="text/javascript">\n${script}</script>\n`);
	cpSync(join(source, 'locales'), join(target, 'locales'), { recursive: true });
	// A node may complete its help by code, such as with a reference made from schemas.
	if (existsSync(join(target, 'help.js'))) {
		const { completeHelp } = require(join(target, 'help.js'));
		for (const language of readdirSync(join(target, 'locales'))) {
			const help = join(target, 'locales', language, `${name}.html`);
			if (existsSync(help)) writeFileSync(help, completeHelp(readFileSync(help, 'utf8')));
		}
	}
	mkdirSync(join(target, 'icons'), { recursive: true });
	cpSync(join(root, 'icons', `${name}.svg`), join(target, 'icons', `${name}.svg`));
	// Pages of a node's own, their scripts and style sheets bundled.
	const resources = join(source, 'resources');
	for (const file of existsSync(resources) ? readdirSync(resources) : []) {
		mkdirSync(join(target, 'resources'), { recursive: true });
		if (file.endsWith('.browser.ts')) {
			const page = file.replace(/\.browser\.ts$/, '.js');
			writeFileSync(join(target, 'resources', page), await bundle(join(resources, file)));
		} else if (file.endsWith('.css')) {
			writeFileSync(join(target, 'resources', file), await bundle(join(resources, file)));
		} else if (!file.endsWith('.ts')) cpSync(join(resources, file), join(target, 'resources', file));
	}
}

// Interface definitions are files of text that the registry reads by name.
cpSync(join(root, 'lib', 'ros', 'types', 'definitions'), join(root, 'dist', 'lib', 'ros', 'types', 'definitions'), {
	recursive: true,
});

// The WebAssembly build of ONNX Runtime, for machines without a native one. onnxruntime-web ships some 120 MB of
// browser builds beside these three files, so they are taken out of it instead of installing it with the package.
const web = dirname(require.resolve('onnxruntime-web'));
const wasm = join(root, 'dist', 'lib', 'onnx', 'wasm');
mkdirSync(wasm, { recursive: true });
for (const file of ['ort.node.min.js', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm']) {
	cpSync(join(web, file), join(wasm, file));
}
