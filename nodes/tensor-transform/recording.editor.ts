import { npzArray, npzEntries } from '../../lib/tensor/arrays';
import { recordedSamples } from './recording';
import { toSampleJson } from './sample-json';

/**
 * The samples in a file that was recorded, as text for the dry run: of an .npz those that its arrays make, of any other
 * what it says.
 * @throws RangeError when an .npz is damaged or has not the arrays.
 */
export async function readRecording(file: File): Promise<string> {
	if (!file.name.toLowerCase().endsWith('.npz')) return file.text();
	const entries = npzEntries(new Uint8Array(await file.arrayBuffer()));
	const arrays = await Promise.all(
		entries.map(async ({ name, isDeflated, data }) => npzArray(name, isDeflated ? await inflate(data) : data)),
	);
	return toSampleJson(recordedSamples(new Map(arrays)));
}

async function inflate(data: Uint8Array): Promise<Uint8Array> {
	const stream = new Blob([data as Uint8Array<ArrayBuffer>])
		.stream()
		.pipeThrough(new DecompressionStream('deflate-raw'));
	return new Uint8Array(await new Response(stream).arrayBuffer());
}
