import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/chromium-browser'];
const args = [
	'--headless',
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

const find = () => places.find((path) => path !== undefined && path !== '' && existsSync(path));

/** Where Debian's Chromium is; it is installed when it is not there and that can be done. */
function chromiumPath(): string | { reason: string } {
	const found = find();
	if (found !== undefined) return found;
	if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
		return { reason: 'there is no Chromium; set CHROMIUM_PATH, or run "apt-get install chromium" as root' };
	}
	const installed = spawnSync('apt-get', ['install', '-y', 'chromium'], { encoding: 'utf8', timeout: 300_000 });
	return find() ?? { reason: `"apt-get install -y chromium" failed: ${installed.stderr ?? installed.error}` };
}

/** A browser for a suite, which is skipped with the reason printed where there is none. In CI that is an error. */
export async function openBrowser(context: Mocha.Context): Promise<Browser> {
	// Installing a browser takes longer than the tests.
	context.timeout(360_000);
	const path = chromiumPath();
	if (typeof path === 'string') return chromium.launch({ executablePath: path, args });
	if (process.env.CI === 'true') throw new Error(path.reason);
	console.log(`    skipped: ${path.reason}`);
	return context.skip();
}
