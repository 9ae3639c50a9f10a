import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder for the files of one test, removed afterwards. */
export class Folder {
	readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'onnx-test-')));

	/** Writes a file and gives its path. */
	write(name: string, content: Uint8Array | string): string {
		const path = join(this.path, name);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, content);
		return path;
	}

	remove(): void {
		rmSync(this.path, { recursive: true, force: true });
	}
}
