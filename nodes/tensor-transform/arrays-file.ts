import { readFileSync, statSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { type ModelFolders, resolveModelPath } from '../../lib/onnx/model-path';
import { type Arrays, readJsonArrays, readNpz } from '../../lib/tensor/arrays';

/** Largest file, bytes: statistics of a policy have some thousand numbers. */
const largest = 64e6;

/**
 * The arrays of a file, .npz or .json, which has to be where models may be.
 * @throws BriefError when it is not there or not allowed, RangeError when it is too large or no such file.
 */
export function readArraysFile(path: string, folders: ModelFolders): Arrays {
	const file = resolveModelPath(path, folders, 'file');
	const { size } = statSync(file);
	if (size > largest) throw new RangeError(`Expected ${file} to have at most ${largest} bytes, got ${size}`);
	const bytes = readFileSync(file);
	// What a file says of itself goes no further than this check.
	if (file.toLowerCase().endsWith('.json')) return readJsonArrays(bytes.toString('utf8'));
	return readNpz(bytes, (data, length) => inflateRawSync(data, { maxOutputLength: Math.max(length, 1) }));
}
