import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { BriefError } from '../../check';

/** Where to look, and what for. */
export interface Surroundings {
	readonly environment: Readonly<Record<string, string | undefined>>;
	/** Folders whose `node_modules` may have rclnodejs beside those above this package: Node-RED's user directory. */
	readonly folders: readonly string[];
	/** Default: those of this process. */
	readonly platform?: string;
	readonly arch?: string;
	/** Default: that of /etc/os-release, such as `noble`. */
	readonly codename?: string;
}

/** An rclnodejs that fits this machine as far as files tell. */
export interface Located {
	/** Path of the .node file. */
	readonly binary: string;
	/** Of the package, such as 2.2.0. */
	readonly version: string;
	/** ROS_DISTRO, such as `jazzy`. */
	readonly distribution: string;
}

/** The numbers that rclnodejs is compiled with (year and month of the release), by distribution. */
const releases: Readonly<Record<string, string>> = {
	humble: '2205',
	jazzy: '2405',
	kilted: '2505',
	lyrical: '2605',
};

/**
 * Looks for ROS 2 and for rclnodejs without loading anything.
 * @throws BriefError that says what is missing and the one command that helps
 */
export function locate(surroundings: Surroundings): Located {
	const { environment, platform = process.platform, arch = process.arch } = surroundings;
	const distribution = environment.ROS_DISTRO;
	if (!environment.AMENT_PREFIX_PATH || !distribution) {
		throw new BriefError(
			'ROS 2 not sourced',
			'The native transport needs a ROS 2 that is sourced where Node-RED starts (AMENT_PREFIX_PATH and ROS_DISTRO are ' +
				`not ${distribution || environment.AMENT_PREFIX_PATH ? 'both ' : ''}set). Start it with: source /opt/ros/${distribution || 'jazzy'}/setup.bash && node-red`,
		);
	}
	if (arch !== 'x64' && arch !== 'arm64') {
		throw new BriefError('not on this CPU', `The native transport runs on x64 and arm64, this machine is ${arch}.`);
	}
	const install = `cd ${surroundings.folders[0] ?? '~/.node-red'} && npm install --yes rclnodejs@2.2`;
	const folder = packageFolders(surroundings).find((candidate) => existsSync(join(candidate, 'package.json')));
	if (folder === undefined) {
		throw new BriefError(
			'no rclnodejs',
			`The native transport needs the package rclnodejs. With ROS 2 sourced, run: ${install}`,
		);
	}
	const version = versionOf(folder);
	const [major, minor] = version.split('.').map(Number);
	if (major !== 2 || (minor ?? 0) < 2) {
		throw new BriefError(
			'other rclnodejs',
			`Expected rclnodejs 2.2 or a later 2.x in ${folder}, got ${version}. With ROS 2 sourced, run: ${install}`,
		);
	}
	const codename = surroundings.codename ?? systemCodename();
	const binary = binaryOf(folder, { platform, arch, distribution, codename });
	return { binary, version, distribution };
}

/** The folders that rclnodejs may be in, in the order in which they are tried. */
function packageFolders({ environment, folders }: Surroundings): string[] {
	const modules: string[] = [];
	for (let folder = __dirname; ; folder = dirname(folder)) {
		modules.push(join(folder, 'node_modules'));
		if (folder === dirname(folder)) break;
	}
	modules.push(...folders.map((folder) => join(folder, 'node_modules')));
	modules.push(...(environment.NODE_PATH ?? '').split(delimiter).filter((path) => path !== ''));
	return modules.map((folder) => join(folder, 'rclnodejs'));
}

function versionOf(folder: string): string {
	try {
		return String(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version);
	} catch (error) {
		throw new BriefError(
			'rclnodejs broken',
			`${folder} cannot be read: ${(error as Error).message}. Remove it and install rclnodejs again.`,
			{ cause: error },
		);
	}
}

/** The binary that the package brings along for this distribution and system, or that was built here for it. */
function binaryOf(
	folder: string,
	system: { platform: string; arch: string; distribution: string; codename: string },
): string {
	const { platform, arch, distribution, codename } = system;
	const prebuilt = join(
		folder,
		'prebuilds',
		`${platform}-${arch}`,
		`${distribution}-${codename}-${arch}-node-rclnodejs.node`,
	);
	if (existsSync(prebuilt)) return prebuilt;
	const rebuild = `With ROS 2 sourced, run: cd ${dirname(dirname(folder))} && npm rebuild --yes rclnodejs`;
	const built = join(folder, 'build', 'Release', 'rclnodejs.node');
	if (!existsSync(built)) {
		throw new BriefError(
			'rclnodejs not built',
			`rclnodejs in ${folder} has no binary for ROS 2 ${distribution} on ${codename || platform} (${arch}), and none was built. ${rebuild}`,
		);
	}
	const release = releaseOf(folder);
	const expected = releases[distribution];
	if (release !== undefined && expected !== undefined && release !== expected) {
		const other = Object.keys(releases).find((name) => releases[name] === release) ?? `release ${release}`;
		throw new BriefError(
			'rclnodejs of another',
			`rclnodejs in ${folder} was built for ROS 2 ${other}, and ${distribution} is sourced. ${rebuild}`,
		);
	}
	return built;
}

/** The release that a binary was built for, where the build has left its files. */
function releaseOf(folder: string): string | undefined {
	try {
		const makefile = readFileSync(join(folder, 'build', 'rclnodejs.target.mk'), 'utf8');
		return /-DROS_VERSION=(\d+)/.exec(makefile)?.[1];
	} catch {
		return undefined;
	}
}

function systemCodename(): string {
	try {
		return /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]?.trim() ?? '';
	} catch {
		return '';
	}
}
