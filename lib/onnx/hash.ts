import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * SHA-256 of a model, in hexadecimal: of its file, followed by the files that hold its weights in the order that the
 * header names them, as `cat model.onnx model.onnx.data | sha256sum` has it. Reads piece by piece.
 */
export async function hashModel(path: string, externalFiles: readonly string[]): Promise<string> {
	const hash = createHash('sha256');
	for (const file of [path, ...externalFiles.map((name) => join(dirname(path), name))]) {
		for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
	}
	return hash.digest('hex');
}

/** SHA-256 of a model in memory, in hexadecimal. */
export function hashBytes(bytes: Uint8Array): string {
	return createHash('sha256').update(bytes).digest('hex');
}
