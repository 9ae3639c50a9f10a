/** What the transforms of one flow remember for one another by name, such as the last action. */
const memories = new Map<string, Map<string, unknown>>();

/**
 * The memory of a flow tab.
 * @param flow the id of the tab
 */
export function memoryOf(flow: string): Map<string, unknown> {
	let memory = memories.get(flow);
	if (memory === undefined) {
		memory = new Map();
		memories.set(flow, memory);
	}
	return memory;
}
