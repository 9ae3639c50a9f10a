import { checkObject, show } from '../check';
import { parseNpy } from './npy';
import { Tensor } from './tensor';
import { type ZipEntry, zipEntries } from './zip';

/** Arrays by their names. */
export type Arrays = ReadonlyMap<string, Tensor>;

/** Largest file in an archive, bytes: what says it is larger is refused before it is unpacked. */
const largest = 512e6;

/** What is packed in an .npz file, each still to be unpacked. @throws RangeError for a file that is too large. */
export function npzEntries(bytes: Uint8Array): ZipEntry[] {
	const entries = zipEntries(bytes).filter(({ name }) => name.endsWith('.npy'));
	for (const { name, size } of entries) {
		if (size > largest) throw new RangeError(`Expected ${show(name)} to have at most ${largest} bytes, got ${size}`);
	}
	return entries;
}

/** The array of an entry, from its bytes. */
export function npzArray(name: string, bytes: Uint8Array): [name: string, array: Tensor] {
	return [name.slice(0, -'.npy'.length), parseNpy(bytes, name)];
}

/**
 * The arrays of an .npz file, as numpy.savez and numpy.savez_compressed write it.
 * @param inflate unpacks RFC 1951 data, to at most `size` bytes
 * @throws RangeError when it is no such file, or is damaged.
 */
export function readNpz(bytes: Uint8Array, inflate: (data: Uint8Array, size: number) => Uint8Array): Arrays {
	return new Map(
		npzEntries(bytes).map(({ name, isDeflated, data, size }) =>
			npzArray(name, isDeflated ? inflate(data, size) : data),
		),
	);
}

/**
 * The arrays of a JSON text: `{"mean": [0, 1], "obs_rms": {"var": [1, 2]}}`, the inner one as `obs_rms.var`. What is
 * neither numbers nor texts is left out.
 * @throws RangeError when it is no JSON, TypeError when it is no object.
 */
export function readJsonArrays(text: string): Arrays {
	let parsed: unknown;
	try {
		parsed = JSON.parse(text);
	} catch (error) {
		throw new RangeError(`Expected JSON, got ${show(text)}: ${(error as Error).message}`, { cause: error });
	}
	const arrays = new Map<string, Tensor>();
	collect(checkObject('the file', parsed), '', arrays, 0);
	return arrays;
}

function collect(fields: Record<string, unknown>, prefix: string, arrays: Map<string, Tensor>, depth: number): void {
	for (const [key, value] of Object.entries(fields)) {
		if (typeof value === 'number' || Array.isArray(value)) {
			// Numbers of JSON are doubles.
			const tensor = Tensor.from(value, `${prefix}${key}`);
			const isNumbers = tensor.type === 'float32';
			arrays.set(`${prefix}${key}`, isNumbers ? doubles(value, tensor.dims) : tensor);
		} else if (typeof value === 'object' && value !== null && depth < 8) {
			collect(value as Record<string, unknown>, `${prefix}${key}.`, arrays, depth + 1);
		}
	}
}

function doubles(value: unknown, dims: readonly number[]): Tensor {
	const flat = Array.isArray(value) ? (value.flat(Number.POSITIVE_INFINITY) as number[]) : [value as number];
	return new Tensor('float64', dims, Float64Array.from(flat));
}
