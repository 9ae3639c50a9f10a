/** A node of the flow as the editor has it. */
export interface FlowNode {
	readonly id: string;
	readonly type: string;
	readonly name?: string;
	readonly [property: string]: unknown;
}

/** The wires of a flow. */
export interface Wires {
	/** What a node sends to. */
	after(node: FlowNode): readonly FlowNode[];
	/** What sends to a node. */
	before(node: FlowNode): readonly FlowNode[];
}

/** The way through a flow: transforms, a model, transforms. */
export interface Chain {
	readonly before: readonly FlowNode[];
	readonly model: FlowNode;
	readonly after: readonly FlowNode[];
}

/**
 * The way through the flow that a transform is on: the transforms before the model, the model, those behind it. Nodes
 * of other types between them count as wires. Where the way divides among transforms it ends.
 * @throws RangeError when there is no model on it, or more than one.
 */
export function chainOf(transform: FlowNode, wires: Wires): Chain {
	const later = walk(transform, wires.after);
	const earlier = walk(transform, wires.before);
	const [behind] = later.models;
	if (behind !== undefined && later.models.length === 1) {
		const before = [...earlier.transforms.reverse(), transform, ...later.transforms];
		return { before, model: behind, after: walk(behind, wires.after).transforms };
	}
	const [ahead] = earlier.models;
	if (later.models.length === 0 && ahead !== undefined && earlier.models.length === 1) {
		const after = [...earlier.transforms.reverse(), transform, ...later.transforms];
		return { before: walk(ahead, wires.before).transforms.reverse(), model: ahead, after };
	}
	const models = later.models.length > 0 ? later.models : earlier.models;
	throw new RangeError(
		models.length === 0
			? 'Expected an onnx-infer before or behind this node, got none'
			: `Expected one onnx-infer before or behind this node, got ${models.map(nameOf).join(', ')}`,
	);
}

/** What a node is called in the flow. */
export function nameOf({ name, type }: FlowNode): string {
	return name ? name : type;
}

interface Way {
	/** The transforms, one after the other. */
	readonly transforms: FlowNode[];
	/** What it ends at. */
	readonly models: readonly FlowNode[];
}

function walk(start: FlowNode, next: (node: FlowNode) => readonly FlowNode[]): Way {
	const transforms: FlowNode[] = [];
	// A flow may run in a circle.
	const seen = new Set([start.id]);
	for (let node = start; ; ) {
		const nearest = nearestOf(node, next, seen);
		const models = nearest.filter(({ type }) => type === 'onnx-infer');
		const [only] = nearest;
		if (models.length > 0 || nearest.length !== 1 || only === undefined) return { transforms, models };
		transforms.push(only);
		node = only;
	}
}

/** The first transforms and models on each way from a node. */
function nearestOf(start: FlowNode, next: (node: FlowNode) => readonly FlowNode[], seen: Set<string>): FlowNode[] {
	const found: FlowNode[] = [];
	const waiting = [...next(start)];
	for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
		if (seen.has(node.id)) continue;
		seen.add(node.id);
		if (node.type === 'tensor-transform' || node.type === 'onnx-infer') found.push(node);
		else waiting.push(...next(node));
	}
	return found;
}
