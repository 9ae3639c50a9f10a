import { join } from 'node:path';
import { type Addon, loadAddon } from '../../../../lib/ros/native/addon';
import { checkAvailable } from '../../../../lib/ros/native/availability';
import { createNativeGraph, type NativeGraph } from '../../../../lib/ros/native/graph';
import { type Installed, installedInterfaces, installedPrefixes } from '../../../../lib/ros/native/installed';
import type { OpenOptions } from '../conformance';

/** Seen from dist/test/lib/ros/native. A rclnodejs elsewhere is found by NODE_PATH. */
const surroundings = { environment: process.env, folders: [join(__dirname, '../../../../..')] };

/** Why there is no native transport to test, or undefined. */
export function lackOfNative(): string | undefined {
	try {
		checkAvailable(surroundings);
		return undefined;
	} catch (error) {
		return (error as Error).message;
	}
}

let loaded: { addon: Addon; installed: Installed } | undefined;

/** What the tests share, as contexts of one Node-RED do. */
export function nativeParts(): { addon: Addon; installed: Installed } {
	loaded ??= {
		addon: loadAddon(checkAvailable(surroundings).binary),
		installed: installedInterfaces(installedPrefixes(process.env)),
	};
	return loaded;
}

export function openNative(options: OpenOptions): NativeGraph {
	return createNativeGraph({ ...nativeParts(), ...options });
}
