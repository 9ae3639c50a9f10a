import { isUtf8 } from 'node:buffer';
import { BriefError } from '../check';

/** What a file that is not an ONNX model turns out to be. */
interface Finding {
	/** A few words for the status. */
	readonly brief: string;
	/** What it is, and what to do. */
	readonly advice: string;
}

/** How many of a file's first bytes are looked at. */
export const diagnosedBytes = 4096;

const startsWith = (head: Buffer, text: string, at = 0) => head.toString('latin1', at, at + text.length) === text;

/**
 * ONNX Runtime says "Protobuf parsing failed" of every one of these. The order matters: the certain signatures come
 * before the guesses.
 */
const signatures: readonly (Finding & { matches(head: Buffer, size: number): boolean })[] = [
	{
		matches: (_head, size) => size === 0,
		brief: 'empty file',
		advice: 'is empty. The export or the copy was interrupted: export or copy the model again',
	},
	{
		matches: (head) => startsWith(head, 'version https://git-lfs'),
		brief: 'git LFS pointer',
		advice:
			'is a Git LFS pointer, a short text that stands for the model. Run "git lfs install" and "git lfs pull" in the repository it came from',
	},
	{
		matches: (head) => startsWith(head, 'PK\x03\x04') && /data\.pkl|constants\.pkl/.test(head.toString('latin1')),
		brief: 'PyTorch, not ONNX',
		advice:
			'is a PyTorch file (.pt, .pth). Export the model with torch.onnx.export(model, example_input, "model.onnx")',
	},
	{
		matches: (head) =>
			startsWith(head, 'PK\x03\x04') && /policy\.pth|pytorch_variables|system_info/.test(head.toString('latin1')),
		brief: 'SB3 zip, not ONNX',
		advice: 'is a Stable-Baselines3 zip. Load it in Python and export its policy with torch.onnx.export',
	},
	{
		matches: (head) =>
			startsWith(head, 'PK\x03\x04') && /model\.weights\.h5|config\.json/.test(head.toString('latin1')),
		brief: 'Keras, not ONNX',
		advice: 'is a Keras file (.keras). Convert it with tf2onnx, or model.export("model.onnx", format="onnx")',
	},
	{
		matches: (head) => startsWith(head, 'PK\x03\x04') && /\.npy/.test(head.toString('latin1')),
		brief: 'NumPy, not ONNX',
		advice: 'is a NumPy archive (.npz), which holds arrays and no model. Export the model to ONNX',
	},
	{
		matches: (head) => startsWith(head, 'PK\x03\x04') || startsWith(head, 'PK\x05\x06'),
		brief: 'zip, not ONNX',
		advice: 'is a zip archive. Unpack it and choose the .onnx file inside',
	},
	{
		matches: (head) => head[0] === 0x1f && head[1] === 0x8b,
		brief: 'gzip, not ONNX',
		advice: 'is compressed with gzip. Unpack it (gunzip, tar -xzf) and choose the .onnx file inside',
	},
	{
		matches: (head) => startsWith(head, '\x89HDF\r\n\x1a\n'),
		brief: 'HDF5, not ONNX',
		advice: 'is an HDF5 file, such as a Keras model (.h5). Convert it with tf2onnx',
	},
	{
		matches: (head) => startsWith(head, 'TFL3', 4),
		brief: 'TFLite, not ONNX',
		advice: 'is a TensorFlow Lite model (.tflite). Convert it with "python -m tf2onnx.convert --tflite"',
	},
	{
		matches: (head) => startsWith(head, 'ORTM', 4),
		brief: 'ORT, not ONNX',
		advice: 'is in the ORT format (.ort), made from an .onnx file. Use the .onnx file',
	},
	{
		matches: (head) => startsWith(head, 'GGUF'),
		brief: 'GGUF, not ONNX',
		advice: 'is a GGUF model of llama.cpp. Use an export of the same model to ONNX',
	},
	{
		matches: (head) => startsWith(head, '\x93NUMPY'),
		brief: 'NumPy, not ONNX',
		advice: 'is a NumPy array (.npy) and no model. Export the model to ONNX',
	},
	{
		matches: (head) => startsWith(head, 'ftrt') || startsWith(head, 'ptrt'),
		brief: 'TensorRT engine',
		advice: 'is a TensorRT engine, built for one GPU. Use the .onnx file that it was built from',
	},
	{
		// Protocol 2 to 5: PROTO, then the first opcode of what torch.save and pickle.dump write.
		matches: (head) => head[0] === 0x80 && (head[1] as number) >= 2 && (head[1] as number) <= 5,
		brief: 'pickle, not ONNX',
		advice:
			'is a Python pickle, such as an older PyTorch file (.pt, .pth). Export the model with torch.onnx.export(model, example_input, "model.onnx")',
	},
	{
		matches: (head, size) =>
			head.length > 9 && head[8] === 0x7b && head.readBigUInt64LE(0) < BigInt(size) && head.readBigUInt64LE(0) > 1n,
		brief: 'safetensors',
		advice:
			'is a safetensors file: weights without the network. Load it in Python into its model and export that with torch.onnx.export',
	},
	{
		matches: (head) => /^\s*(<!doctype html|<html|<head|<body)/i.test(head.toString('utf8', 0, 512)),
		brief: 'HTML, not ONNX',
		advice:
			'is a web page, not the file it shows. Download the raw file (the "Download" or "Raw" button) and check that no login is needed',
	},
	{
		matches: (head) => /^\s*<\?xml/.test(head.toString('utf8', 0, 64)),
		brief: 'XML, not ONNX',
		advice: 'is an XML file, such as an OpenVINO model. Use the .onnx file it was made from',
	},
	{
		matches: (head) => /^\s*[[{]/.test(head.toString('utf8', 0, 64)) && isText(head),
		brief: 'JSON, not ONNX',
		advice: 'is a JSON text. Choose the .onnx file',
	},
	{ matches: (head) => isText(head), brief: 'text, not ONNX', advice: 'is a text file. Choose the .onnx file' },
];

function isText(head: Buffer): boolean {
	for (const byte of head) {
		if (byte < 0x09 || (byte > 0x0d && byte < 0x20) || byte === 0x7f) return false;
	}
	// The last character may be cut in the middle.
	return head.length > 0 && [0, 1, 2, 3].some((cut) => isUtf8(head.subarray(0, head.length - cut)));
}

/**
 * The error for a file that cannot be read as an ONNX model.
 * @param name the file's name, as the person who chose it knows it
 * @param head its first bytes, `diagnosedBytes` of them or all
 * @param size bytes of the whole file
 * @param reason what the reader stumbled over, when none of the known kinds fits
 */
export function diagnose(name: string, head: Uint8Array, size: number, reason: string): BriefError {
	const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
	const found = signatures.find((signature) => signature.matches(bytes, size));
	if (found) return new BriefError(found.brief, `${name} ${found.advice}.`);
	return new BriefError(
		'not an ONNX model',
		`${name} (${size} bytes) is not an ONNX model: ${reason}. Export or copy it again, and compare the sizes.`,
	);
}

/** The error for a model that begins well and ends too early. */
export function truncated(name: string, size: number, missing: number): BriefError {
	return new BriefError(
		'truncated model',
		`${name} is truncated: it has ${size} bytes and at least ${missing} are missing. Copy or download it again.`,
	);
}
