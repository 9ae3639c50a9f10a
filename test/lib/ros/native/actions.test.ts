import { join } from 'node:path';
import { loadAddon } from '../../../../lib/ros/native/addon';
import { checkAvailable } from '../../../../lib/ros/native/availability';
import { createNativeGraph } from '../../../../lib/ros/native/graph';
import { installedInterfaces, installedPrefixes } from '../../../../lib/ros/native/installed';
import { conformActions } from '../actions/conform';
import { conformParameters } from '../parameters/conform';
import { between, type OpenOptions, openEmbedded } from '../places';

/** Seen from dist/test/lib/ros/native. A rclnodejs elsewhere is found by NODE_PATH. */
const surroundings = { environment: process.env, folders: [join(__dirname, '../../../../..')] };
const domains = { first: 121, last: 129 };
let domain = domains.first + (process.pid % 9);
const nextDomain = () => {
	domain = domain >= domains.last ? domains.first : domain + 1;
	return domain;
};

describe('actions and parameters with the native transport', function () {
	this.timeout(60_000);
	let openNative: (options: OpenOptions) => ReturnType<typeof createNativeGraph>;

	before(function () {
		try {
			const parts = {
				addon: loadAddon(checkAvailable(surroundings).binary),
				installed: installedInterfaces(installedPrefixes(process.env)),
			};
			openNative = (options) => createNativeGraph({ ...parts, ...options });
		} catch (error) {
			console.log(`      skipped: ${(error as Error).message}`);
			this.skip();
		}
	});

	const native = (options: OpenOptions) => openNative(options);
	for (const [name, server, client] of [
		['native -> native', native, native],
		['native -> embedded', openEmbedded, native],
		['embedded -> native', native, openEmbedded],
	] as const) {
		const place = () => between(nextDomain(), server, client);
		describe(`an action, ${name}`, () => conformActions(place));
		describe(`parameters, ${name}`, () => conformParameters(place));
	}
});
