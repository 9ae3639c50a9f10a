import { type Dirent, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BriefError } from '../../check';
import type { InterfaceKind } from '../names';
import type { Distribution } from './distributions';

/** Somewhere that interface files are. */
export interface Source {
	/** The path of the file that defines a type, `<package>/<kind>/<Name>`, when it is here. */
	find(packageName: string, kind: InterfaceKind, name: string): string | undefined;
	/** The full names of all types of a kind. */
	names(kind: InterfaceKind): string[];
}

const kinds: readonly InterfaceKind[] = ['msg', 'srv', 'action'];

/** How deep below a folder its packages are looked for: a workspace has them at src/<group>/<package>. */
const depth = 6;
/** Folders that hold no sources of interfaces, or copies of them. */
const skipped = new Set(['node_modules', 'build', 'log']);

/** A tree laid out as `<package>/<kind>/<Name>.<kind>`, read name by name as they are asked for. */
export function packageTree(root: string): Source {
	return {
		find(packageName, kind, name) {
			const file = join(root, packageName, kind, `${name}.${kind}`);
			return existsSync(file) ? file : undefined;
		},
		names(kind) {
			if (!existsSync(root)) return [];
			return readdirSync(root).flatMap((packageName) => namesIn(join(root, packageName, kind), packageName, kind));
		},
	};
}

function namesIn(folder: string, packageName: string, kind: InterfaceKind): string[] {
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.filter((file) => file.endsWith(`.${kind}`))
		.map((file) => `${packageName}/${kind}/${file.slice(0, -kind.length - 1)}`);
}

/**
 * The bundled definitions. The common packages come from @foxglove/rosmsg-msgs-common, which has the original files of
 * each distribution; the rest is in definitions/ beside this file.
 */
export function bundledSources(distribution: Distribution): Source[] {
	const own = join(__dirname, 'definitions');
	const common = join(dirname(require.resolve('@foxglove/rosmsg-msgs-common/package.json')), 'msgdefs');
	return [
		packageTree(join(own, distribution)),
		packageTree(join(own, 'all')),
		packageTree(join(common, `ros2${distribution}`)),
	];
}

/**
 * A folder of the user's: packages at any place below it, as in a workspace, a checkout or an installation
 * (`share/<package>/msg`). The tree is walked once, files are read when their type is asked for.
 * @throws BriefError when the folder cannot be read
 */
export function userFolder(folder: string): Source {
	const files = new Map<string, string>();
	try {
		if (!statSync(folder).isDirectory()) throw new Error('it is not a folder');
		const share = join(folder, 'share');
		walk(existsSync(share) ? share : folder, depth, files);
	} catch (error) {
		throw new BriefError(
			'bad types folder',
			`Expected \`folders\` to name folders with <package>/msg/<Name>.msg below them, got ${folder}, which cannot be read: ${(error as Error).message}`,
			{ cause: error },
		);
	}
	return {
		find: (packageName, kind, name) => files.get(`${packageName}/${kind}/${name}`),
		names: (kind) => [...files.keys()].filter((name) => name.split('/')[1] === kind),
	};
}

function walk(folder: string, levels: number, files: Map<string, string>): void {
	for (const entry of entriesOf(folder)) {
		if (entry.name.startsWith('.') || skipped.has(entry.name)) continue;
		const path = join(folder, entry.name);
		if (!isFolder(entry, path)) continue;
		const kind = kinds.find((candidate) => candidate === entry.name);
		if (kind) {
			const packageName = folder.split(/[\\/]/).at(-1)!;
			for (const file of entriesOf(path)) {
				if (!file.name.endsWith(`.${kind}`)) continue;
				const name = `${packageName}/${kind}/${file.name.slice(0, -kind.length - 1)}`;
				if (!files.has(name)) files.set(name, join(path, file.name));
			}
		} else if (levels > 1) walk(path, levels - 1, files);
	}
}

/** One folder below that cannot be read, such as somebody else's, does not lose the others. */
function entriesOf(folder: string): Dirent[] {
	try {
		return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
	} catch {
		return [];
	}
}

/** Installations with --symlink-install are made of links. */
function isFolder(entry: Dirent, path: string): boolean {
	if (entry.isDirectory()) return true;
	if (!entry.isSymbolicLink()) return false;
	try {
		return statSync(path).isDirectory();
	} catch {
		return false;
	}
}

/** The text of an interface file. @throws BriefError */
export function readInterface(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		throw new BriefError(
			'unreadable type',
			`Expected ${file} to be an interface file that can be read, got: ${(error as Error).message}`,
			{ cause: error },
		);
	}
}
