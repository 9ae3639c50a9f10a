import type { NodeAPI } from 'node-red';
import { type DiscoveryRange, discoverySettings } from '../../lib/ros/discovery';
import { createEmbeddedGraph, type EmbeddedOptions } from '../../lib/ros/embedded/graph';
import type { Graph } from '../../lib/ros/graph';
import { loadAddon } from '../../lib/ros/native/addon';
import { type Available, checkAvailable } from '../../lib/ros/native/availability';
import { createNativeGraph } from '../../lib/ros/native/graph';
import { installedInterfaces, installedPrefixes } from '../../lib/ros/native/installed';
import type { Surroundings } from '../../lib/ros/native/locate';
import { createTypeRegistry, type TypeRegistry, type TypeRegistryOptions } from '../../lib/ros/types/registry';
import type { TransportInUse } from '../shared/ros2-context';

export interface TransportOptions
	extends Pick<EmbeddedOptions, 'nodeName' | 'namespace' | 'domainId' | 'onError' | 'onWarning'> {
	readonly transport: 'auto' | 'native' | 'embedded';
	/** Of the context; the environment has the rest. */
	readonly discovery: {
		readonly range: DiscoveryRange | undefined;
		readonly staticPeers: readonly string[] | undefined;
	};
	readonly types: Pick<TypeRegistryOptions, 'folders' | 'distribution'>;
	readonly surroundings: Surroundings;
}

export interface Opened {
	readonly graph: Graph;
	readonly types: TypeRegistry;
	readonly transport: TransportInUse;
}

/**
 * Opens a graph over the transport that was chosen, or over the native one where that works.
 * @throws BriefError when the native one is asked for and does not work
 */
export function openTransport(options: TransportOptions): Opened {
	const { transport, surroundings } = options;
	if (transport === 'embedded') return openEmbedded(options, undefined);
	try {
		return openNative(options, checkAvailable(surroundings));
	} catch (error) {
		if (transport === 'native') throw error;
		return openEmbedded(options, error as Error);
	}
}

function openEmbedded(options: TransportOptions, without: Error | undefined): Opened {
	const { transport: _, surroundings, ...common } = options;
	const { environment } = surroundings;
	const types = createTypeRegistry({ ...options.types, installed: installedPrefixes(environment) });
	const graph = createEmbeddedGraph({
		...common,
		types,
		discovery: discoverySettings(options.discovery, environment),
	});
	return { graph, types, transport: { name: 'embedded', ...(without === undefined ? {} : { without }) } };
}

function openNative(options: TransportOptions, available: Available): Opened {
	const { range, staticPeers } = options.discovery;
	const prefixes = installedPrefixes(options.surroundings.environment);
	const types = createTypeRegistry({ ...options.types, installed: prefixes, prefer: 'installed' });
	const graph = createNativeGraph({
		addon: loadAddon(available.binary),
		nodeName: options.nodeName,
		namespace: options.namespace,
		domainId: options.domainId,
		discovery: {
			...(range === undefined ? {} : { range }),
			...(staticPeers === undefined ? {} : { staticPeers }),
		},
		installed: installedInterfaces(prefixes),
		onError: options.onError,
	});
	return { graph, types, transport: { name: 'native', ...available } };
}

/** The transport in words, with the reason. */
export function describeTransport(RED: NodeAPI, transport: TransportInUse): string {
	if (transport.name === 'native') {
		const { rmw, distribution, version } = transport;
		return RED._('ros2-context.inUse.native', { rmw, distribution, version });
	}
	const { without } = transport;
	return without === undefined
		? RED._('ros2-context.inUse.embedded')
		: RED._('ros2-context.inUse.fallback', { reason: without.message });
}
