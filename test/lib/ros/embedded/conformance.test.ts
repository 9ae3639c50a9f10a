import { createEmbeddedGraph } from '../../../../lib/ros/embedded/graph';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';
import { conformance, type OpenOptions } from '../conformance';
import { nextDomain } from '../domains';

const types = createTypeRegistry();
const open = (options: OpenOptions) =>
	createEmbeddedGraph({
		...options,
		discovery: { range: 'localhost', staticPeers: [] },
		types,
		onWarning: options.onError,
	});

conformance({ name: 'embedded -> embedded', openFirst: open, openSecond: open, types, domain: nextDomain });
