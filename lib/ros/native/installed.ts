import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { BriefError } from '../../check';
import { parseTypeName } from '../names';
import { createTypeRegistry, type TypeRegistry } from '../types/registry';

/** The interface packages of the ROS 2 that is sourced. */
export interface Installed {
	/** Folders with `share/<package>` and `lib`, the first that has a package wins. */
	readonly prefixes: readonly string[];
	/** Their definitions, which the C structures in their libraries were generated from. */
	readonly types: TypeRegistry;
}

/** The prefixes of AMENT_PREFIX_PATH, or none where no ROS 2 is sourced. */
export function installedPrefixes(environment: Readonly<Record<string, string | undefined>>): string[] {
	return (environment.AMENT_PREFIX_PATH ?? '').split(delimiter).filter((prefix) => prefix !== '');
}

/** @param prefixes as installedPrefixes() gives them */
export function installedInterfaces(prefixes: readonly string[]): Installed {
	return { prefixes, types: createTypeRegistry({ installed: prefixes, prefer: 'installed' }) };
}

/**
 * Checks that rcl can use a type: its package has to be installed with its libraries, an interface file is not enough.
 * @throws BriefError that says what to install
 */
export function checkInstalled({ prefixes }: Installed, typeName: string): void {
	const { packageName, kind, name } = parseTypeName('type', typeName, typeName.split('/')[1] as 'msg');
	const file = join('share', packageName, kind, `${name.split('_', 1)[0]}.${kind}`);
	const library = join('lib', `lib${packageName}__rosidl_typesupport_c.so`);
	const isThere = (path: string) => prefixes.some((prefix) => existsSync(join(prefix, path)));
	// Elsewhere than on Linux libraries have other names and places.
	if (isThere(file) && (process.platform !== 'linux' || isThere(library))) return;
	throw new BriefError(
		'not installed',
		`The native transport knows the packages of the ROS 2 that is sourced, and ${typeName} is not among them. ` +
			`Install it (sudo apt install ros-${process.env.ROS_DISTRO ?? 'jazzy'}-${packageName.replaceAll('_', '-')}), or source the ` +
			'workspace that has it and start Node-RED again. The embedded transport needs the interface file only.',
	);
}
