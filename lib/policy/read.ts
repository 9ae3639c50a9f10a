import { BriefError, checkArray, checkString, show } from '../check';
import type { PolicyContract } from './contract';
import { type Fields, isFields } from './fields';
import { isIsaacLab, readIsaacLab } from './isaac-lab';
import { hasContract, jointNames, type Metadata, readOnnxMetadata } from './onnx-metadata';
import { isOwn, readOwn } from './own';
import { isRlSar, readRlSar } from './rl-sar';
import { isUnitree, readUnitree } from './unitree';
import { parseYaml } from './yaml';

/** What is read, for messages. */
const known =
	"Isaac Lab IO descriptors, Unitree's deploy.yaml, rl_sar's config.yaml with base.yaml, the metadata of an ONNX model, or this project's own JSON form";

/**
 * The contract of a policy from the texts of the files that its trainer wrote, YAML or JSON.
 * @param texts one text, or those of several files that belong together
 * @param model the metadata of the model, which may say the names of joints that a file does not
 * @throws TypeError, RangeError or BriefError that says what is wrong with them.
 */
export function readPolicy(texts: readonly string[], model: Metadata = {}): PolicyContract {
	const files = checkArray('texts', texts, (name, text) => parse(checkString(name, text)), { minLength: 1 });
	const own = files.find(isOwn);
	if (own) return readOwn(own);
	const isaac = files.find(isIsaacLab);
	if (isaac) return readIsaacLab(isaac);
	const unitree = files.find(isUnitree);
	if (unitree) return readUnitree(unitree, jointNames(model));
	if (files.every(isRlSar)) return readRlSar(files);
	const metadata = files.find((file) => Object.values(file).every((value) => typeof value === 'string')) as
		| Metadata
		| undefined;
	if (metadata && hasContract(metadata)) return readOnnxMetadata(metadata);
	throw new BriefError(
		'unknown policy',
		`Expected ${known}, got keys ${show(
			Object.keys(files[0] ?? {})
				.slice(0, 8)
				.join(', '),
		)}`,
	);
}

function parse(text: string): Fields {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		value = parseYaml(text);
	}
	if (!isFields(value)) throw new TypeError(`Expected ${known}, got ${show(value)}`);
	return value;
}
