/** The thread in which images are decoded and resized. Its other side is image-worker.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { BriefError } from '../../check';
import { Tensor } from '../../tensor/tensor';
import { loadImages } from '../decode/images';
import { createPipeline, type Pipeline } from '../pipeline';
import type { Answer, Job, WorkerSetup } from './protocol';

const port = parentPort as NonNullable<typeof parentPort>;

function work(pipeline: Pipeline, { fields, bytes }: Job): [Answer, ArrayBuffer[]] {
	const { buffer } = bytes;
	try {
		const tensor = pipeline.run({ ...fields, data: bytes });
		if (!(tensor instanceof Tensor)) throw new TypeError('Expected the image step to give a tensor');
		const { type, dims, data } = tensor;
		return [{ kind: 'done', buffer, type, dims, data }, [buffer, (data as Float32Array<ArrayBuffer>).buffer]];
	} catch (reason) {
		const { name, message } = reason as Error;
		const brief = reason instanceof BriefError ? reason.brief : undefined;
		return [{ kind: 'refused', buffer, name, message, brief }, [buffer]];
	}
}

async function main(): Promise<void> {
	const { step } = workerData as WorkerSetup;
	const pipeline = createPipeline([step], { decodeImage: await loadImages() });
	port.on('message', (job: Job) => port.postMessage(...work(pipeline, job)));
}

void main();
