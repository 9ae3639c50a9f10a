import {
	type Clock,
	type DataReader,
	type DataWriter,
	type EndpointInfo,
	guidToString,
	type Participant,
} from '../../rtps';
import type { NodeName } from '../graph';
import { createTypeRegistry, type MessageType } from '../types/registry';
import { endpointUserData, parseUserData, typeToDds } from './dds-names';

const topic = 'ros_discovery_info';
const infoType = 'rmw_dds_common/msg/ParticipantEntitiesInfo';
/**
 * The distributions whose definitions of that type differ: an identifier has 24 bytes in Humble, and 16 since. The type
 * has one name in both, and what reads the wrong one takes other bytes for lengths: at best the names are missing, but
 * nodes of Humble on Fast DDS are known to run out of memory or to end by it. So each is told in its own form only: by
 * the hash of the type, which distributions after Humble put into USER_DATA.
 */
const forms = ['jazzy', 'humble'] as const;
const qos = { reliability: 'reliable', durability: 'transient_local', history: 'keep_last' } as const;

/** How long the name of an endpoint's node is waited for, ms. The topic of names may be discovered after the endpoint. */
const patience = 1000;

/** A longer list of nodes is not kept, bytes: this is room for some 40,000 endpoints of one participant. */
const longestInfo = 1024 * 1024;

interface Gid {
	data: Uint8Array;
}
interface NodeEntities {
	node_namespace: string;
	node_name: string;
	reader_gid_seq: Gid[];
	writer_gid_seq: Gid[];
}
interface ParticipantEntities {
	gid: Gid;
	node_entities_info_seq: NodeEntities[];
}

/** A node somewhere in the graph. */
interface RemoteNode extends NodeName {
	/** GUIDs of its endpoints, as text. */
	readonly endpoints: ReadonlySet<string>;
}

/** Somebody who wants to know an endpoint's node. */
interface Question {
	readonly endpoint: EndpointInfo;
	readonly use: (node: NodeName | undefined) => void;
	readonly timer: unknown;
}

/**
 * Which node has which endpoint: DDS knows participants only, so ROS 2 tells of nodes on a topic of its own,
 * `ros_discovery_info`, reliable and transient_local. Source: rmw_dds_common.
 */
export class NodeNames {
	readonly #participant: Participant;
	readonly #types: readonly MessageType[];
	readonly #writer: DataWriter;
	readonly #reader: DataReader;
	/** By the GUID of the participant. */
	readonly #remote = new Map<string, RemoteNode[]>();
	readonly #timers: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
	readonly #questions = new Set<Question>();
	#announced = false;

	/**
	 * @param own the node and the GUIDs of its endpoints as they are now
	 * @param timers end the wait for a name
	 */
	constructor(
		participant: Participant,
		readonly own: NodeName & { readers(): Uint8Array[]; writers(): Uint8Array[] },
		timers: Pick<Clock, 'setTimeout' | 'clearTimeout'>,
	) {
		this.#participant = participant;
		this.#timers = timers;
		this.#types = forms.map((distribution) => createTypeRegistry({ distribution }).message(infoType));
		const common = { topic, typeName: typeToDds(infoType), userData: endpointUserData(this.#types[0]?.hash) };
		// The last one of each form, for those who come later.
		this.#writer = participant.createWriter({ ...common, qos: { ...qos, depth: forms.length } });
		this.#reader = participant.createReader({
			...common,
			qos: { ...qos, depth: 100 },
			onSample: (payload, { writer }) => this.#learn(payload, writer.participant.guid),
		});
		this.announce();
	}

	/** Tells the others, in a later turn, what this node has; many changes of one turn in one message. */
	announce(): void {
		if (this.#announced) return;
		this.#announced = true;
		setImmediate(() => {
			this.#announced = false;
			if (this.#closed) return;
			for (const type of this.#types) {
				this.#writer.write(this.#encode(type), { isFor: (reader) => this.#formOf(reader) === type });
			}
		});
	}

	#encode(type: MessageType): Uint8Array {
		const gidLength = (type.create() as unknown as ParticipantEntities).gid.data.length;
		const gid = (guid: Uint8Array): Gid => {
			const data = new Uint8Array(gidLength);
			data.set(guid);
			return { data };
		};
		const node: NodeEntities = {
			node_namespace: this.own.namespace,
			node_name: this.own.nodeName,
			reader_gid_seq: this.own.readers().map(gid),
			writer_gid_seq: this.own.writers().map(gid),
		};
		return type.encode({ gid: gid(this.#participant.guid), node_entities_info_seq: [node] });
	}

	/** The form that a reader understands; undefined for one that is not known, which is told nothing. */
	#formOf(reader: EndpointInfo): MessageType | undefined {
		const hash = parseUserData(reader.userData).get('typehash');
		return hash === undefined ? this.#types.at(-1) : this.#types.find((type) => type.hash === hash);
	}

	/** The nodes of others. */
	nodes(): NodeName[] {
		return [...this.#remote.values()].flat().map(({ nodeName, namespace }) => ({ nodeName, namespace }));
	}

	/** The node that has this endpoint, when it is known. */
	nodeOf(guid: Uint8Array): NodeName | undefined {
		const wanted = guidToString(guid);
		for (const nodes of this.#remote.values()) {
			for (const node of nodes) if (node.endpoints.has(wanted)) return node;
		}
		return undefined;
	}

	/**
	 * Hands over the node that has this endpoint: at once when it is known, or when no node is to be expected, since the
	 * participant is none of ROS 2; otherwise as soon as it is known, and undefined when that takes too long. Never
	 * once the participant has left.
	 */
	whenKnown(endpoint: EndpointInfo, use: (node: NodeName | undefined) => void): void {
		const node = this.nodeOf(endpoint.guid);
		if (node !== undefined || !parseUserData(endpoint.participant.userData).has('enclave')) {
			use(node);
			return;
		}
		const timer = this.#timers.setTimeout(() => {
			this.#questions.delete(question);
			use(undefined);
		}, patience);
		const question = { endpoint, use, timer };
		this.#questions.add(question);
	}

	#answer(): void {
		for (const question of this.#questions) {
			const node = this.nodeOf(question.endpoint.guid);
			if (node === undefined) continue;
			this.#drop(question);
			question.use(node);
		}
	}

	#drop(question: Question): void {
		this.#timers.clearTimeout(question.timer);
		this.#questions.delete(question);
	}

	/** A participant has left, and its nodes with it. */
	forget(participant: Uint8Array): void {
		const key = guidToString(participant);
		this.#remote.delete(key);
		for (const question of this.#questions) {
			if (guidToString(question.endpoint.participant.guid) === key) this.#drop(question);
		}
	}

	#closed = false;
	close(): void {
		this.#closed = true;
		for (const question of this.#questions) this.#drop(question);
		this.#writer.close();
		this.#reader.close();
	}

	/** @param participant who tells: it speaks for itself only, whoever it says it is */
	#learn(payload: Uint8Array, participant: Uint8Array): void {
		if (payload.length > longestInfo) return;
		for (const type of this.#types) {
			let info: ParticipantEntities;
			try {
				info = type.decode(payload) as unknown as ParticipantEntities;
			} catch {
				continue;
			}
			const key = (gid: Gid) => guidToString(gid.data.subarray(0, 16));
			const nodes = info.node_entities_info_seq.map((node) => ({
				nodeName: node.node_name,
				namespace: node.node_namespace,
				endpoints: new Set([...node.reader_gid_seq, ...node.writer_gid_seq].map(key)),
			}));
			this.#remote.set(guidToString(participant), nodes);
			this.#answer();
			return;
		}
	}
}
