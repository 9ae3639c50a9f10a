import { show } from '../check';

/**
 * Names in a ROS 2 graph, by the rules of https://design.ros2.org/articles/topic_and_service_names.html and of
 * rmw_validate_full_topic_name, rmw_validate_node_name and rmw_validate_namespace. Nothing here needs Node.js, so that
 * the editor validates with the same code.
 */

/** Longest absolute name of a topic, service or action: 255 bytes of a DDS topic less the prefix that ROS adds. */
const topicLength = 247;
const nodeLength = 255;
const namespaceLength = 245;

/** The kinds of interfaces, as they stand in the middle of a full type name. */
export type InterfaceKind = 'msg' | 'srv' | 'action';

export interface TypeName {
	/** `sensor_msgs` */
	readonly packageName: string;
	readonly kind: InterfaceKind;
	/** `Imu`; of the parts of a service or action with their suffix, `SetBool_Request`. */
	readonly name: string;
	/** `sensor_msgs/msg/Imu` */
	readonly full: string;
}

const kindNames: Readonly<Record<InterfaceKind, string>> = {
	msg: 'a message',
	srv: 'a service',
	action: 'an action',
};
const examples: Readonly<Record<InterfaceKind, string>> = {
	msg: 'sensor_msgs/msg/Imu',
	srv: 'std_srvs/srv/SetBool',
	action: 'example_interfaces/action/Fibonacci',
};

/** What the names of the messages inside of services and actions end in. */
const partSuffix = /_(Request|Response|Event|Goal|Result|Feedback|FeedbackMessage)$/;

function text(option: string, value: unknown, what: string): string {
	if (typeof value !== 'string') throw new TypeError(`Expected \`${option}\` to be ${what}, got ${show(value)}`);
	return value;
}

function refuse(option: string, what: string, rule: string, value: string): never {
	throw new RangeError(`Expected \`${option}\` to be ${what} that ${rule}, got ${show(value)}`);
}

/** Rules that the words between slashes share. */
function checkTokens(option: string, what: string, name: string, allowed: RegExp, characters: string): void {
	const wrong = [...name].find((character) => !allowed.test(character));
	if (wrong !== undefined) refuse(option, what, `has only ${characters} (not ${show(wrong)})`, name);
	if (name.includes('//')) refuse(option, what, 'has no two slashes in a row', name);
	if (/(^|\/)\d/.test(name)) refuse(option, what, 'has no digit at its start or after a slash', name);
}

/**
 * A topic, service or action name as a user writes it: absolute (`/scan`), relative (`scan`), private (`~/scan`), with
 * `{node}`, `{ns}` and `{namespace}` to be replaced.
 * @param option what to call it in an error
 * @throws TypeError or RangeError that names the rule
 */
export function checkTopicName(option: string, value: unknown): string {
	const what = 'a topic name';
	const name = text(option, value, what);
	if (name === '') refuse(option, what, 'is not empty', name);
	const plain = name.replace(/\{([^{}]*)\}/g, (whole, word: string) => {
		if (word !== 'node' && word !== 'ns' && word !== 'namespace') {
			refuse(option, what, `has no other replacement than {node}, {ns} and {namespace} (not ${whole})`, name);
		}
		return 'x';
	});
	if (/[{}]/.test(plain)) refuse(option, what, 'closes each brace that it opens', name);
	if (name.slice(1).includes('~')) refuse(option, what, 'has a tilde at its start only', name);
	if (name.startsWith('~') && name.length > 1 && name[1] !== '/')
		refuse(option, what, 'has a slash after its tilde', name);
	checkTokens(option, what, plain, /[A-Za-z0-9_/~]/, 'letters, digits, underscores, slashes and a leading tilde');
	if (plain.includes('__')) refuse(option, what, 'has no two underscores in a row', name);
	if (name.endsWith('/')) refuse(option, what, 'does not end in a slash', name);
	if (name.length > topicLength) refuse(option, what, `has at most ${topicLength} characters`, name);
	return name;
}

/** The name of a node: one word, such as `node_red`. @throws TypeError or RangeError */
export function checkNodeName(option: string, value: unknown): string {
	const what = 'a node name';
	const name = text(option, value, what);
	if (name === '') refuse(option, what, 'is not empty', name);
	checkTokens(option, what, name, /[A-Za-z0-9_]/, 'letters, digits and underscores');
	if (name.length > nodeLength) refuse(option, what, `has at most ${nodeLength} characters`, name);
	return name;
}

/** A namespace: `/`, or absolute such as `/lab/arm`. @throws TypeError or RangeError */
export function checkNamespace(option: string, value: unknown): string {
	const what = 'a namespace';
	const name = text(option, value, what);
	if (!name.startsWith('/')) refuse(option, what, 'starts with a slash', name);
	if (name === '/') return name;
	checkTokens(option, what, name, /[A-Za-z0-9_/]/, 'letters, digits, underscores and slashes');
	if (name.includes('__')) refuse(option, what, 'has no two underscores in a row', name);
	if (name.endsWith('/')) refuse(option, what, 'does not end in a slash', name);
	if (name.length > namespaceLength) refuse(option, what, `has at most ${namespaceLength} characters`, name);
	return name;
}

/** The full name of a node, such as `/lab/node_red`; its parts are not checked. */
export function fullNodeName({ nodeName, namespace }: { nodeName: string; namespace: string }): string {
	return `${namespace === '/' ? '' : namespace}/${nodeName}`;
}

/**
 * The absolute name of a topic, service or action of a node: `~/scan` of node `front` in `/lab` is `/lab/front/scan`,
 * `scan` is `/lab/scan`.
 * @throws TypeError or RangeError
 */
export function expandTopicName(
	option: string,
	value: unknown,
	{ nodeName, namespace }: { nodeName: string; namespace: string },
): string {
	const name = checkTopicName(option, value);
	const prefix = checkNamespace('namespace', namespace) === '/' ? '' : namespace;
	checkNodeName('nodeName', nodeName);
	// A namespace stands for itself at the start of a name and for its words elsewhere, where its slash would double.
	const replaced = name
		.replaceAll('{node}', nodeName)
		.replace(/^\{(?:ns|namespace)\}/, prefix)
		.replace(/\/?\{(?:ns|namespace)\}/g, prefix);
	let full = replaced;
	if (replaced.startsWith('~')) full = `${prefix}/${nodeName}${replaced.slice(1)}`;
	else if (!replaced.startsWith('/')) full = `${prefix}/${replaced}`;
	if (!/^\/[^~{}]+$/.test(full)) refuse(option, 'a topic name', `stands for an absolute name (not ${full})`, name);
	return checkTopicName(option, full);
}

/** Whether a name is hidden from listings: one of its words starts with an underscore. */
export function isHiddenName(name: string): boolean {
	return /(^|\/)_/.test(name);
}

/**
 * A type name, `sensor_msgs/msg/Imu` or `sensor_msgs/Imu`.
 * @param kind what it has to be, and what the short form is taken for
 * @throws TypeError or RangeError that names the rule
 */
export function parseTypeName(option: string, value: unknown, kind: InterfaceKind = 'msg'): TypeName {
	const what = `${kindNames[kind]} type such as ${examples[kind]}`;
	const name = text(option, value, what);
	const parts = name.split('/');
	const [packageName = '', middle = ''] = parts;
	const last = parts.at(-1)!;
	const given = parts.length === 2 ? kind : middle;
	if (parts.length < 2 || parts.length > 3) {
		refuse(option, what, 'has a package and a name with a slash between them', name);
	}
	if (given !== 'msg' && given !== 'srv' && given !== 'action') {
		refuse(option, what, `has msg, srv or action in its middle (not ${show(middle)})`, name);
	}
	// The parts of services and actions are messages too.
	if (kind !== given && !(kind === 'msg' && partSuffix.test(last))) {
		refuse(option, what, `names ${kindNames[kind]} (not ${kindNames[given as InterfaceKind]})`, name);
	}
	if (!/^(?!.*__)(?!.*_$)[a-z][a-z0-9_]*$/.test(packageName)) {
		refuse(option, what, 'has a package of lower case letters, digits and single underscores', name);
	}
	if (!/^[A-Z][A-Za-z0-9]*(_[A-Z][A-Za-z]*)*$/.test(last)) {
		refuse(option, what, 'has a name of letters and digits that starts with a capital', name);
	}
	return { packageName, kind: given as InterfaceKind, name: last, full: `${packageName}/${given}/${last}` };
}

/** The full form of a type name, checked. @throws TypeError or RangeError */
export function checkTypeName(option: string, value: unknown, kind: InterfaceKind = 'msg'): string {
	return parseTypeName(option, value, kind).full;
}
