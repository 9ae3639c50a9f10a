import { BriefError } from '../../check';
import type { Now } from '../clock';
import type { Graph, Publisher, ServiceServer } from '../graph';
import { fullNodeName } from '../names';
import { qosPresets } from '../qos';
import { nanosecondsToStamp } from '../time';
import type { Message, TypeRegistry } from '../types/registry';
import { outOfRange, type ParameterDeclaration, toDescriptorMessage } from './description';
import { eventsTopic, eventsType, listNames, type ParameterService, parameterServices } from './names';
import {
	checkValue,
	fromValueMessage,
	type ParameterValue,
	parameterTypeOf,
	parameterTypes,
	toValueMessage,
} from './value';

/** Where the values of declared parameters are. */
export interface ParameterStore {
	/** The value of a parameter; what does not fit its type is told, and given as none. */
	get(name: string): Promise<unknown>;
	/** Checked values, of one request together. */
	set(values: Readonly<Record<string, ParameterValue>>): Promise<void>;
	/** They were set by another node of the graph. */
	onSet?: (values: Readonly<Record<string, ParameterValue>>) => void;
}

export interface ParameterServerOptions {
	readonly now: Now;
	/** Requests that cannot be read, values that do not fit, and what stores throw. */
	onError(error: unknown): void;
}

interface Entry {
	readonly declaration: ParameterDeclaration;
	readonly store: ParameterStore;
}

interface Outcome {
	readonly successful: boolean;
	readonly reason: string;
}

/** Names, prefixes or values in one request: what a hostile one might ask must not take long. */
const mostItems = 10_000;

/** Parameters that one part of the node has declared. */
export interface Declared {
	/**
	 * Sets some of them from within.
	 * @returns rejects with a TypeError, RangeError or BriefError that names the parameter, and sets none then
	 */
	set(values: Readonly<Record<string, unknown>>): Promise<void>;
	/** They are no parameters of the node any more. */
	close(): void;
}

/** The parameters of a graph's own node, for all others: the six services and the topic of events. */
export class ParameterServer {
	readonly #entries = new Map<string, Entry>();
	readonly #services: ServiceServer[];
	readonly #events: Publisher;
	/** Settings are made one after the other. */
	#queue: Promise<unknown> = Promise.resolve();
	#closed = false;

	constructor(
		private readonly graph: Graph,
		private readonly types: TypeRegistry,
		private readonly options: ParameterServerOptions,
	) {
		const node = fullNodeName(graph);
		const serve = (service: ParameterService, answer: (request: Message) => Promise<Message>) => {
			const { name, type } = parameterServices[service];
			const { request, response } = types.service(type);
			return graph.createService(`${node}/${name}`, type, qosPresets.parameters, async (bytes, respond) => {
				try {
					respond(response.encode(await answer(request.decode(bytes))));
				} catch (error) {
					options.onError(error);
				}
			});
		};
		const itemsOf = <T>(request: Message, field: string): T[] => {
			const items = request[field] as T[];
			if (items.length <= mostItems) return items;
			throw new RangeError(
				`Expected \`${field}\` of a request to ${node} to have at most ${mostItems} items, got ${items.length}; it gets no answer`,
			);
		};
		const namesOf = (request: Message) => itemsOf<string>(request, 'names');
		this.#events = graph.advertise(eventsTopic, eventsType, qosPresets.parameters);
		this.#services = [
			serve('get', async (request) => ({
				values: await Promise.all(namesOf(request).map((name) => this.#valueMessage(name))),
			})),
			serve('types', async (request) => ({
				types: namesOf(request).map((name) =>
					parameterTypes.indexOf(this.#entries.get(name)?.declaration.type ?? 'not_set'),
				),
			})),
			serve('describe', async (request) => ({
				descriptors: namesOf(request).map((name) => {
					const declaration = this.#entries.get(name)?.declaration;
					return declaration === undefined ? { name } : toDescriptorMessage(declaration);
				}),
			})),
			serve('list', async (request) => ({
				result: listNames([...this.#entries.keys()].sort(), itemsOf(request, 'prefixes'), Number(request.depth)),
			})),
			serve('set', async (request) => {
				const results: Outcome[] = [];
				for (const parameter of itemsOf<Message>(request, 'parameters'))
					results.push(await this.#setByOthers([parameter]));
				return { results };
			}),
			serve('setAtomically', async (request) => ({ result: await this.#setByOthers(itemsOf(request, 'parameters')) })),
		];
	}

	/** Parameters that are declared. */
	get size(): number {
		return this.#entries.size;
	}

	/**
	 * Declares parameters, and tells the others.
	 * @throws BriefError when one is declared already
	 */
	declare(declarations: readonly ParameterDeclaration[], store: ParameterStore): Declared {
		for (const { name } of declarations) {
			if (!this.#entries.has(name)) continue;
			throw new BriefError(
				'declared twice',
				`The parameter ${name} of ${fullNodeName(this.graph)} is declared already, by another node with this context. Rename one.`,
			);
		}
		const names = new Set(declarations.map(({ name }) => name));
		for (const declaration of declarations) this.#entries.set(declaration.name, { declaration, store });
		this.#inTurn(async () => {
			const created = await Promise.all(
				[...names].map(async (name) => ({ name, value: await this.#valueMessage(name) })),
			);
			this.#tell({ new_parameters: created });
		}).catch(this.options.onError);
		return {
			set: (values) =>
				this.#inTurn(async () => {
					const unknown = Object.keys(values).find((name) => !names.has(name));
					if (unknown !== undefined)
						throw new BriefError('not declared', `The parameter ${unknown} is not declared here`);
					const checked = Object.entries(values).map(([name, value]) => [name, this.#check(name, value)] as const);
					await this.#store(Object.fromEntries(checked));
				}),
			close: () => {
				for (const name of names) this.#entries.delete(name);
				this.#tell({ deleted_parameters: [...names].map((name) => ({ name })) });
			},
		};
	}

	close(): void {
		this.#closed = true;
		for (const endpoint of [...this.#services, this.#events]) endpoint.close();
		this.#entries.clear();
	}

	/** All of them or none. */
	#setByOthers(parameters: readonly Message[]): Promise<Outcome> {
		return this.#inTurn(async () => {
			const values: Record<string, ParameterValue> = {};
			try {
				for (const { name, value } of parameters as { name: string; value: Message }[]) {
					const { declaration } = this.#entry(name);
					if (declaration.readOnly) throw new BriefError('read-only', `The parameter ${name} is read-only`);
					if (parameterTypeOf(value.type) === 'not_set') {
						throw new BriefError('cannot be deleted', `The parameter ${name} cannot be deleted`);
					}
					values[name] = this.#check(name, fromValueMessage(value));
				}
			} catch (error) {
				return { successful: false, reason: (error as Error).message };
			}
			try {
				await this.#store(values);
			} catch (error) {
				this.options.onError(error);
				return { successful: false, reason: 'The value could not be stored' };
			}
			for (const [store, own] of this.#byStore(values)) store.onSet?.(own);
			return { successful: true, reason: '' };
		});
	}

	/** The checked value. @throws TypeError, RangeError or BriefError that names the parameter */
	#check(name: string, value: unknown): ParameterValue {
		const { declaration } = this.#entry(name);
		const checked = checkValue(name, declaration.type, value);
		const problem = outOfRange(declaration, checked);
		if (problem !== undefined) throw new RangeError(`Expected \`${name}\` ${problem}`);
		return checked;
	}

	#entry(name: string): Entry {
		const entry = this.#entries.get(name);
		if (entry !== undefined) return entry;
		throw new BriefError('not declared', `The parameter ${name} is not declared`);
	}

	async #store(values: Record<string, ParameterValue>): Promise<void> {
		for (const [store, own] of this.#byStore(values)) await store.set(own);
		const changed_parameters = Object.entries(values).map(([name, value]) => ({
			name,
			value: toValueMessage(name, this.#entry(name).declaration.type, value),
		}));
		this.#tell({ changed_parameters });
	}

	#byStore(values: Record<string, ParameterValue>): Map<ParameterStore, Record<string, ParameterValue>> {
		const stores = new Map<ParameterStore, Record<string, ParameterValue>>();
		for (const [name, value] of Object.entries(values)) {
			const { store } = this.#entry(name);
			stores.set(store, { ...stores.get(store), [name]: value });
		}
		return stores;
	}

	/** What a parameter has now; nothing when it is not declared, or when its store has what does not fit. */
	async #valueMessage(name: string): Promise<Message> {
		const entry = this.#entries.get(name);
		if (entry === undefined) return { type: 0 };
		try {
			return toValueMessage(name, entry.declaration.type, await entry.store.get(name));
		} catch (error) {
			this.options.onError(error);
			return { type: 0 };
		}
	}

	#tell(change: Message): void {
		if (this.#closed) return;
		const stamp = nanosecondsToStamp(BigInt(Math.round(this.options.now() * 1e6)));
		const event = { stamp, node: fullNodeName(this.graph), ...change };
		this.#events.publish(this.types.message(eventsType).encode(event));
	}

	#inTurn<T>(task: () => Promise<T>): Promise<T> {
		const done = this.#queue.then(task);
		this.#queue = done.catch(() => {});
		return done;
	}
}
