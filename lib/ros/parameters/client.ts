import { BriefError } from '../../check';
import type { CallOptions, EndpointEvent, Graph, ServiceClient } from '../graph';
import { qosPresets } from '../qos';
import type { Message, TypeRegistry } from '../types/registry';
import { fromDescriptorMessage, type ParameterDescription } from './description';
import { type ParameterService, parameterServices } from './names';
import {
	fromValueMessage,
	inferType,
	type ParameterType,
	type ParameterValue,
	parameterTypeOf,
	toValueMessage,
} from './value';

export interface ParameterClientOptions {
	/** Full name of the node, such as `/turtlesim`. */
	readonly node: string;
	/** What happens to the service that lists parameters: the servers that match, and what does not fit. */
	onEvent?: (event: EndpointEvent) => void;
}

/** The parameters of any node of the graph, its own one included, in plain JavaScript. */
export class ParameterClient {
	readonly #clients = new Map<ParameterService, ServiceClient>();

	/** @throws TypeError or RangeError when a name is wrong */
	constructor(
		private readonly graph: Graph,
		private readonly types: TypeRegistry,
		private readonly options: ParameterClientOptions,
	) {
		this.#client('list', options.onEvent);
	}

	get node(): string {
		return this.options.node;
	}

	/** Whether the node is there and has parameters. */
	get isThere(): boolean {
		return this.#client('list').available > 0;
	}

	/**
	 * The names of parameters.
	 * @param prefixes only those below these, such as `arm`; none for all
	 */
	async list(prefixes: readonly string[], options: CallOptions): Promise<string[]> {
		const { result } = await this.#call('list', { prefixes, depth: 0 }, options);
		return (result as { names: string[] }).names;
	}

	/**
	 * Values by name; null for a parameter that has none.
	 * @param names none for all
	 * @returns rejects with a BriefError when the node does not know one of them
	 */
	async get(names: readonly string[], options: CallOptions): Promise<Record<string, ParameterValue>> {
		const wanted = names.length > 0 ? names : await this.list([], options);
		const { values } = await this.#call('get', { names: wanted }, options);
		const found = this.#match(wanted, values as Message[]);
		return Object.fromEntries(found.map(([name, value]) => [name, fromValueMessage(value)]));
	}

	/** What the node tells of parameters, by name. @param names none for all */
	async describe(names: readonly string[], options: CallOptions): Promise<Record<string, ParameterDescription>> {
		const wanted = names.length > 0 ? names : await this.list([], options);
		const { descriptors } = await this.#call('describe', { names: wanted }, options);
		const found = this.#match(wanted, descriptors as Message[]);
		return Object.fromEntries(found.map(([name, descriptor]) => [name, fromDescriptorMessage(descriptor)]));
	}

	/**
	 * Sets parameters. A number for a parameter of doubles is a double, whole or not; null deletes one that can be.
	 * @param atomically all or none; otherwise each by itself
	 * @returns rejects with a TypeError or RangeError that names a parameter whose value does not fit its type, before
	 * any is set; with a BriefError that has the node's reasons when it refuses some
	 */
	async set(values: Readonly<Record<string, unknown>>, atomically: boolean, options: CallOptions): Promise<void> {
		const names = Object.keys(values);
		if (names.length === 0) return;
		const types = await this.#typesOf(names, options);
		const parameters = names.map((name) => {
			const value = values[name];
			const known = types.get(name) ?? 'not_set';
			const type = value === null ? 'not_set' : known === 'not_set' ? inferType(name, value) : known;
			return { name, value: toValueMessage(name, type, value) };
		});
		const outcomes = atomically
			? [(await this.#call('setAtomically', { parameters }, options)).result as Message]
			: ((await this.#call('set', { parameters }, options)).results as Message[]);
		const reasons = outcomes.flatMap(({ successful, reason }, index) => {
			if (successful) return [];
			return `${atomically ? names.join(', ') : names[index]}: ${reason || 'no reason given'}`;
		});
		if (reasons.length === 0 && (atomically || outcomes.length === names.length)) return;
		throw new BriefError('refused', `${this.node} refused to set ${reasons.join('; ') || names.join(', ')}`);
	}

	close(): void {
		for (const client of this.#clients.values()) client.close();
	}

	/** Kinds by name; a node may leave out what it does not know. */
	async #typesOf(names: readonly string[], options: CallOptions): Promise<Map<string, ParameterType>> {
		const { types } = await this.#call('types', { names }, options);
		const numbers = Array.from(types as Uint8Array);
		if (numbers.length !== names.length) return new Map();
		return new Map(names.map((name, index) => [name, parameterTypeOf(numbers[index])]));
	}

	/** Pairs names with what a node said of them. rclcpp says nothing at all when it does not know one. */
	#match<T>(names: readonly string[], found: readonly T[]): [string, T][] {
		if (found.length === names.length) return names.map((name, index) => [name, found[index] as T]);
		const all = names.length === 1 ? names[0] : `one of ${names.join(', ')}`;
		throw new BriefError('not declared', `${this.node} does not know the parameter ${all}`);
	}

	async #call(service: ParameterService, request: object, options: CallOptions): Promise<Message> {
		const type = this.types.service(parameterServices[service].type);
		const bytes = await this.#client(service).call(type.request.encode(request), options);
		return type.response.decode(bytes);
	}

	#client(service: ParameterService, onEvent?: (event: EndpointEvent) => void): ServiceClient {
		const known = this.#clients.get(service);
		if (known !== undefined) return known;
		const { name, type } = parameterServices[service];
		const options = onEvent === undefined ? {} : { onEvent };
		const client = this.graph.createClient(`${this.node}/${name}`, type, qosPresets.parameters, options);
		this.#clients.set(service, client);
		return client;
	}
}
