import { type Dirent, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { BriefError } from '../check';

/** Where models may come from. */
export interface ModelFolders {
	/** Node-RED's user directory; relative paths are looked up here first. */
	readonly userDir: string;
	/** The folder of this package; of it only `models/`. */
	readonly packageDir: string;
	/** Further folders that the administrator allows; relative paths are looked up in each of them. */
	readonly extra: readonly string[];
}

/** A file that a path means. */
export interface Found {
	/** Absolute, as it is written: links in it may point elsewhere tomorrow. */
	readonly path: string;
	/** Without links, as it is now. */
	readonly real: string;
}

/** As `findModel`, the file's path without links. */
export function resolveModelPath(path: string, folders: ModelFolders, kind: 'model' | 'file' = 'model'): string {
	return findModel(path, folders, kind).real;
}

/**
 * The file that a model's path means. A relative path is looked up in the user directory, then in the administrator's
 * folders in their order, then in this package, where models are in `models/`. An absolute path is taken as it is.
 * Either way the file itself, after following links, has to be in one of these folders; so have the files that hold its
 * weights.
 * @param kind what to call it in an error: files beside models, such as statistics of training, keep the same rules
 * @throws BriefError: not found (with where it was looked for), not allowed (with how to allow it), a folder, no regular
 * file, unreadable.
 */
export function findModel(path: string, folders: ModelFolders, kind: 'model' | 'file' = 'model'): Found {
	if (path.includes('\0')) throw new BriefError('bad path', `The path of the ${kind} has a NUL character in it.`);
	const allowed = allowedFolders(folders);
	const candidates = isAbsolute(path)
		? [resolve(path)]
		: [folders.userDir, ...folders.extra, folders.packageDir].map((folder) => resolve(folder, path));
	// Outside of the allowed folders not even the existence of a file is told.
	const permitted = candidates.filter((candidate) => allowed.some((folder) => isWithin(folder, candidate)));
	if (permitted.length === 0) throw notAllowed(path, folders, kind);
	for (const candidate of permitted) {
		const real = realPath(candidate, kind);
		if (real === undefined) continue;
		checkInside(real, allowed, path, folders, kind);
		const kindOfFile = statSync(real);
		if (kindOfFile.isDirectory()) {
			throw new BriefError(
				`${kind} is a folder`,
				`${candidate} is a folder. Choose the ${kind === 'model' ? '.onnx file' : 'file'} in it.`,
			);
		}
		// Reading a pipe would wait for whoever writes into it, for ever.
		if (!kindOfFile.isFile()) {
			throw new BriefError(
				'not a regular file',
				`${candidate} is a pipe, a socket or a device. Choose a regular file.`,
			);
		}
		return { path: candidate, real };
	}
	throw new BriefError(
		`${kind} not found`,
		`There is no ${kind} ${path}. Looked for: ${permitted.join(', ')}. Put the file there, or choose another path.`,
	);
}

/**
 * Checks that the files that hold a model's weights are in allowed folders too: their names come from the model file.
 * @param model as `resolveModelPath` gave it
 * @throws BriefError when one is not.
 */
export function checkExternalPaths(model: string, externalFiles: readonly string[], folders: ModelFolders): void {
	const allowed = allowedFolders(folders);
	for (const name of externalFiles) {
		const file = resolve(dirname(model), name);
		const real = realPath(file);
		if (real !== undefined) checkInside(real, allowed, file, folders);
		else if (!allowed.some((folder) => isWithin(folder, file))) throw notAllowed(file, folders);
	}
}

function realPath(path: string, kind = 'model'): string | undefined {
	try {
		return realpathSync(path);
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		throw new BriefError(`${kind} unreadable`, `The ${kind} ${path} cannot be read: ${message}.`, { cause: error });
	}
}

/** The folders as they are written and as they are without links. */
function allowedFolders(folders: ModelFolders): string[] {
	const result: string[] = [];
	for (const folder of [folders.userDir, ...folders.extra, join(folders.packageDir, 'models')]) {
		const written = resolve(folder);
		result.push(written);
		const real = realPath(written);
		if (real !== undefined && real !== written) result.push(real);
	}
	return result;
}

function isWithin(folder: string, path: string): boolean {
	const way = relative(folder, path);
	return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function checkInside(
	real: string,
	allowed: readonly string[],
	path: string,
	folders: ModelFolders,
	kind = 'model',
): void {
	if (!allowed.some((folder) => isWithin(folder, real))) throw notAllowed(path, folders, kind);
}

function notAllowed(path: string, folders: ModelFolders, kind = 'model'): BriefError {
	const list = [folders.userDir, ...folders.extra, join(folders.packageDir, 'models')].join(', ');
	return new BriefError(
		'path not allowed',
		`The ${kind} ${path} is not in a folder that models may come from (${list}). Move it there, or let the administrator add its folder to ros2Inference.modelFolders in settings.js.`,
	);
}

/** How deep below a folder models are looked for, and how many are listed at most. */
const deepest = 4;
const most = 200;

/** Folders of a user directory that hold no models of the user. */
const skipped = new Set(['node_modules', 'lib', 'externalModules']);

/**
 * Models to choose from, by the paths to write in a node: relative where a relative path finds them.
 */
export function listModels(folders: ModelFolders): string[] {
	const found = new Set<string>();
	for (const folder of [folders.userDir, ...folders.extra]) collect(folder, folder, 0, found);
	collect(join(folders.packageDir, 'models'), folders.packageDir, 0, found);
	return [...found].sort();
}

function collect(folder: string, base: string, depth: number, found: Set<string>): void {
	let entries: Dirent[];
	try {
		entries = readdirSync(folder, { withFileTypes: true });
	} catch {
		// A folder that is not there or not readable has no models to offer.
		return;
	}
	for (const entry of entries) {
		if (found.size >= most) return;
		const path = join(folder, entry.name);
		if (entry.name.toLowerCase().endsWith('.onnx')) found.add(relative(base, path).split(sep).join('/'));
		else if (entry.isDirectory() && depth < deepest && !entry.name.startsWith('.') && !skipped.has(entry.name)) {
			collect(path, base, depth + 1, found);
		}
	}
}
