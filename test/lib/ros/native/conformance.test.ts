import { createEmbeddedGraph } from '../../../../lib/ros/embedded/graph';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';
import { conformance, type OpenOptions } from '../conformance';
import { nextDomain } from '../domains';
import { lackOfNative, openNative } from './native';

const types = createTypeRegistry();
const openEmbedded = (options: OpenOptions) =>
	createEmbeddedGraph({
		...options,
		discovery: { range: 'localhost', staticPeers: [] },
		types,
		onWarning: options.onError,
	});

describe('with the native transport', () => {
	before(function () {
		const lacking = lackOfNative();
		if (lacking === undefined) return;
		console.log(`      skipped: ${lacking}`);
		this.skip();
	});
	const common = { types, domain: nextDomain };
	conformance({ ...common, name: 'native -> native', openFirst: openNative, openSecond: openNative });
	conformance({ ...common, name: 'native -> embedded', openFirst: openNative, openSecond: openEmbedded });
	conformance({ ...common, name: 'embedded -> native', openFirst: openEmbedded, openSecond: openNative });
});
