import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { BriefError } from '../../check';
import { type Located, locate, type Surroundings } from './locate';

/** The native transport as it can be had here. */
export interface Available extends Located {
	/** The middleware, such as `rmw_cyclonedds_cpp`. */
	readonly rmw: string;
}

const script = join(__dirname, 'probe.js');
/** How long the probe may take, ms. */
const patience = 20_000;

/** What a probe of this binary and environment has told, since both stay as they are while a process runs. */
const known = new Map<string, Outcome>();

interface Outcome {
	readonly status: number | null;
	readonly signal: string | null;
	readonly output: string;
	readonly errors: string;
}

/**
 * Whether the native transport can be had here. What would end the process, a middleware that is missing, is tried in a
 * child process: that takes about 0.2 s, once. probeEarly() does it beforehand without holding the event loop.
 * @throws BriefError that says what is missing and the one command that helps
 */
export function checkAvailable(surroundings: Surroundings): Available {
	const located = locate(surroundings);
	const key = keyOf(located, surroundings);
	const outcome = known.get(key) ?? probe(located.binary, surroundings);
	known.set(key, outcome);
	return { ...located, rmw: rmwOf(outcome, surroundings) };
}

/** Makes checkAvailable() quick, if there is anything to try. */
export function probeEarly(surroundings: Surroundings): Promise<void> {
	return new Promise((resolve) => {
		let located: Located;
		try {
			located = locate(surroundings);
		} catch {
			// checkAvailable() tells of it when somebody wants to know.
			return resolve();
		}
		const { environment } = surroundings;
		execFile(
			process.execPath,
			[script, located.binary],
			{ env: environment, timeout: patience, encoding: 'utf8' },
			(error, output, errors) => {
				const { code = null, signal = null } = error ?? { code: 0 };
				const status = typeof code === 'number' ? code : null;
				known.set(keyOf(located, surroundings), { status, signal, output, errors });
				resolve();
			},
		);
	});
}

function probe(binary: string, { environment }: Surroundings): Outcome {
	const { status, signal, stdout, stderr, error } = spawnSync(process.execPath, [script, binary], {
		env: environment,
		timeout: patience,
		encoding: 'utf8',
	});
	return { status, signal, output: stdout ?? '', errors: stderr || error?.message || '' };
}

function keyOf({ binary, distribution }: Located, { environment }: Surroundings): string {
	const { RMW_IMPLEMENTATION, AMENT_PREFIX_PATH, LD_LIBRARY_PATH } = environment;
	return JSON.stringify([binary, distribution, RMW_IMPLEMENTATION, AMENT_PREFIX_PATH, LD_LIBRARY_PATH]);
}

function rmwOf({ status, signal, output, errors }: Outcome, { environment }: Surroundings): string {
	const rmw = /^rmw (\S+)/m.exec(output)?.[1];
	if (status === 0 && rmw !== undefined) return rmw;
	const reason = errors.trim().split('\n').slice(-6).join(' ').slice(-600);
	const wanted = environment.RMW_IMPLEMENTATION;
	const distribution = environment.ROS_DISTRO ?? 'jazzy';
	if (wanted && /rmw|RMW/.test(errors) && !/undefined symbol|rclnodejs broken/.test(errors)) {
		throw new BriefError(
			'no middleware',
			`The middleware of RMW_IMPLEMENTATION=${wanted} cannot be loaded: ${reason} Run: ` +
				`sudo apt install ros-${distribution}-${wanted.replaceAll('_', '-')}`,
		);
	}
	throw new BriefError(
		'rclnodejs broken',
		`rclnodejs cannot be used with ROS 2 ${distribution} as it is sourced (${signal ?? `exit code ${status}`}): ${reason} ` +
			'With ROS 2 sourced, run in the folder it is installed in: npm rebuild --yes rclnodejs',
	);
}
