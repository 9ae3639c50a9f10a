/** The part of node-red-node-test-helper that the tests use; the package has no types of its own. */
declare module 'node-red-node-test-helper' {
	import type { Node, NodeAPI } from 'node-red';

	const helper: {
		load(nodes: ((RED: NodeAPI) => void)[], flow: object[], callback: (error?: Error) => void): void;
		unload(): Promise<void>;
		getNode(id: string): Node | null;
		settings(settings: object): object;
	};
	export default helper;
}
