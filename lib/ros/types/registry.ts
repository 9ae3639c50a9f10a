import { join } from 'node:path';
import { checkArray, checkChoice, checkString } from '../../check';
import { type InterfaceKind, parseTypeName } from '../names';
import { decodeMessage, encodeMessage, measureMessage } from './codec/message-codec';
import { Compiler } from './compile';
import type { Constant, Definition } from './definition';
import { type Distribution, distributions } from './distributions';
import { typeHash } from './hash';
import { Interfaces } from './interfaces';
import { bundledSources, packageTree, userFolder } from './sources';

/** A message as JavaScript: its fields by name. */
export type Message = Record<string, unknown>;

/**
 * One message type.
 *
 * In JavaScript a structure is an object, a string a string, a bool a boolean, an integer of up to 32 bits or a float a
 * number and a 64-bit integer a BigInt. Arrays of bytes (uint8, byte, char) are Buffers, arrays of other numbers typed
 * arrays (int64[] a BigInt64Array), all other arrays plain ones.
 */
export interface MessageType {
	/** Full name, such as `sensor_msgs/msg/JointState`. */
	readonly name: string;
	/** Fields and constants as defined. */
	readonly definition: Definition;
	/** Constants by name, such as `{ OK: 0, WARN: 1 }`. */
	readonly constants: Readonly<Record<string, Constant['value']>>;
	/** RIHS01 hash of the type (REP 2016). */
	readonly hash: string;
	/**
	 * Checks and serializes in one pass: 4-byte encapsulation header (CDR_LE) and XCDR1 body. A field that is missing,
	 * null or undefined takes its default, a field that the type does not have is refused. Arrays of numbers may be
	 * arrays, typed arrays and Tensors, 64-bit integers BigInts, safe integers and decimal strings.
	 * @returns memory of its own, which nothing else refers to
	 * @throws TypeError or RangeError with the path of the field: `position[2]: expected float64, got "abc"`
	 */
	encode(message: unknown): Buffer;
	/**
	 * Reads CDR of either byte order. Arrays of bytes are views on `cdr`; everything else is copied.
	 * @throws RangeError with the path of the field and the offset of the byte when the bytes do not fit the type.
	 */
	decode(cdr: Uint8Array): Message;
	/**
	 * How many bytes the message at the start of these takes, whatever follows.
	 * @throws RangeError as decode() does
	 */
	measure(cdr: Uint8Array): number;
	/** A new message with every field at its default. */
	create(): Message;
}

export interface ServiceType {
	/** Full name, such as `std_srvs/srv/SetBool`. */
	readonly name: string;
	readonly request: MessageType;
	readonly response: MessageType;
	/** RIHS01 hash of the service as a whole; request and response have their own. */
	readonly hash: string;
}

export interface ActionType {
	/** Full name, such as `example_interfaces/action/Fibonacci`. */
	readonly name: string;
	readonly goal: MessageType;
	readonly result: MessageType;
	readonly feedback: MessageType;
	/** The service under `<action>/_action/send_goal`. */
	readonly sendGoal: ServiceType;
	/** The service under `<action>/_action/get_result`. */
	readonly getResult: ServiceType;
	/** The message of the topic `<action>/_action/feedback`. */
	readonly feedbackMessage: MessageType;
	/** RIHS01 hash of the action as a whole. */
	readonly hash: string;
}

export interface TypeRegistry {
	/**
	 * @param typeName `sensor_msgs/msg/Imu` or `sensor_msgs/Imu`; also a part such as `std_srvs/srv/SetBool_Request`
	 * @throws BriefError with near names when the type is not known, or with file and line when its file has an error.
	 */
	message(typeName: string): MessageType;
	/** @throws BriefError as message() does */
	service(typeName: string): ServiceType;
	/** @throws BriefError as message() does */
	action(typeName: string): ActionType;
	/** All message type names, sorted. */
	messageNames(): string[];
	/** All service type names, sorted. */
	serviceNames(): string[];
	/** All action type names, sorted. */
	actionNames(): string[];
	/** What is wrong with the interface files of the user's own folders, one error for each broken file. */
	problems(): Error[];
}

export interface TypeRegistryOptions {
	/**
	 * Folders with interface files of the user's own, `<package>/msg/<Name>.msg` at any place below. They come before
	 * the bundled definitions, the first folder first. Default: none.
	 */
	folders?: readonly string[];
	/**
	 * Prefixes of installed packages, as AMENT_PREFIX_PATH has them: `<prefix>/share/<package>/msg/<Name>.msg`. Default:
	 * none.
	 */
	installed?: readonly string[];
	/**
	 * Which definition of a type counts when there are several. `own`: that of the folders, then the bundled one, then
	 * the installed one, so that `distribution` has its effect whatever is installed. `installed`: the installed one,
	 * then the others, for a transport that uses the installed libraries. Default: own.
	 */
	prefer?: 'own' | 'installed';
	/** The ROS 2 distribution whose definitions to use where they differ. Default: jazzy, the newest. */
	distribution?: Distribution;
}

/**
 * The definitions that are bundled and those of the user's folders. Nothing is parsed before it is asked for.
 * @throws BriefError when a folder cannot be read; TypeError or RangeError for a wrong option
 */
export function createTypeRegistry({
	folders = [],
	installed = [],
	prefer = 'own',
	distribution = distributions[0],
}: TypeRegistryOptions = {}): TypeRegistry {
	checkArray('folders', folders, checkString);
	checkArray('installed', installed, checkString);
	checkChoice('distribution', distribution, distributions);
	const own = folders.map(userFolder);
	const sourced = installed.map((prefix) => packageTree(join(prefix, 'share')));
	const others = [...own, ...bundledSources(distribution)];
	const interfaces = new Interfaces(prefer === 'installed' ? [...sourced, ...others] : [...others, ...sourced]);
	const compiler = new Compiler((name, usedBy) => interfaces.definition(name, usedBy));
	const messages = new Map<string, MessageType>();
	const hashOf = (name: string) =>
		typeHash(interfaces.definition(name), (nested) => interfaces.definition(nested, name));

	const message = (typeName: string): MessageType => {
		// The name as it came is a key too, so that a message costs one look-up.
		const known = messages.get(typeName);
		if (known) return known;
		const { full } = parseTypeName('type', typeName, 'msg');
		const type = messages.get(full) ?? createMessageType(full, interfaces, compiler, hashOf);
		messages.set(full, type);
		messages.set(typeName, type);
		return type;
	};
	const serviceOf = (full: string): ServiceType => {
		const request = message(`${full}_Request`);
		const response = message(`${full}_Response`);
		return lazyHash({ name: full, request, response }, () => hashOf(full));
	};
	const fullName = (typeName: string, kind: InterfaceKind) => parseTypeName('type', typeName, kind).full;

	return {
		message,
		service: (typeName) => serviceOf(fullName(typeName, 'srv')),
		action(typeName) {
			const full = fullName(typeName, 'action');
			const parts = {
				name: full,
				goal: message(`${full}_Goal`),
				result: message(`${full}_Result`),
				feedback: message(`${full}_Feedback`),
				sendGoal: serviceOf(`${full}_SendGoal`),
				getResult: serviceOf(`${full}_GetResult`),
				feedbackMessage: message(`${full}_FeedbackMessage`),
			};
			return lazyHash(parts, () => hashOf(full));
		},
		messageNames: () => interfaces.names('msg'),
		serviceNames: () => interfaces.names('srv'),
		actionNames: () => interfaces.names('action'),
		problems() {
			const problems = new Map<string, Error>();
			for (const kind of ['msg', 'srv', 'action'] as const) {
				for (const name of own.flatMap((source) => source.names(kind))) {
					try {
						if (kind === 'msg') compiler.compile(name);
						else hashOf(name);
					} catch (error) {
						problems.set((error as Error).message, error as Error);
					}
				}
			}
			return [...problems.values()];
		},
	};
}

function createMessageType(
	name: string,
	interfaces: Interfaces,
	compiler: Compiler,
	hashOf: (name: string) => string,
): MessageType {
	const definition = interfaces.definition(name);
	const codec = compiler.compile(name);
	const constants = Object.fromEntries(definition.constants.map((constant) => [constant.name, constant.value]));
	const type = {
		name,
		definition,
		constants,
		encode: (value: unknown) => encodeMessage(name, codec, value),
		decode: (cdr: Uint8Array) => decodeMessage(name, codec, cdr),
		measure: (cdr: Uint8Array) => measureMessage(name, codec, cdr),
		create: () => codec.create(),
	};
	return lazyHash(type, () => hashOf(name));
}

/** Adds a `hash` that is computed when it is first read. */
function lazyHash<T extends object>(type: T, compute: () => string): T & { readonly hash: string } {
	let hash: string | undefined;
	return Object.defineProperty(type, 'hash', {
		enumerable: true,
		get() {
			hash ??= compute();
			return hash;
		},
	}) as T & { readonly hash: string };
}
