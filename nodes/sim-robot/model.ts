import { readFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { BriefError } from '../../lib/check';
import type { robots } from './config';

/** The package's robots, from dist/nodes/sim-robot. */
const bundled = join(__dirname, '..', '..', '..', 'robots');

/**
 * The MJCF text of a robot.
 * @param file for robot `file`: its path, relative to `userDir` and inside of it
 * @throws BriefError when there is no such file
 */
export async function readModel(robot: (typeof robots)[number], file: string, userDir: string): Promise<string> {
	if (robot !== 'file') return readFile(join(bundled, `${robot}.xml`), 'utf8');
	if (file === '') {
		throw new BriefError('no MJCF file', 'Expected `file` to be the path of an MJCF file, got an empty one');
	}
	const path = resolve(userDir, file);
	const inside = relative(userDir, path);
	if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) {
		throw new BriefError(
			'file not allowed',
			`Expected \`file\` to be in Node-RED's user directory ${userDir}, got ${path}. Copy the MJCF file there.`,
		);
	}
	try {
		return await readFile(path, 'utf8');
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT') {
			throw new BriefError('file not found', `There is no MJCF file ${path}`, { cause: error });
		}
		throw new BriefError('cannot read file', `Cannot read the MJCF file ${path}: ${message}`, { cause: error });
	}
}
