/** The part of the codec that is used; the package has no types of its own. */
declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
	export interface JpegDecoder {
		/** Memory to put an encoded image of `length` bytes into. */
		getEncodedBuffer(length: number): Uint8Array;
		readHeader(): void;
		decode(): void;
		getFrameInfo(): { width: number; height: number; bitsPerSample: number; componentCount: number };
		/** Rows of interleaved samples, in memory that the next image takes over. */
		getDecodedBuffer(): Uint8Array;
		delete(): void;
	}

	const load: () => Promise<{ JPEGDecoder: new () => JpegDecoder }>;
	export default load;
}
