import { deepStrictEqual, strictEqual, throws } from 'node:assert/strict';
import {
	checkNamespace,
	checkNodeName,
	checkTopicName,
	checkTypeName,
	expandTopicName,
	isHiddenName,
	parseTypeName,
} from '../../../lib/ros/names';

type Check = (option: string, value: unknown) => unknown;

function refuses(check: Check, cases: [value: unknown, message: RegExp][]): void {
	for (const [value, message] of cases) {
		const name = typeof value === 'string' ? 'RangeError' : 'TypeError';
		throws(() => check('field', value), { name, message }, String(value));
	}
}

describe('topic names', () => {
	it('take what ROS 2 takes', () => {
		for (const name of ['/a', 'a', '~', '~/a', '/a/b_c/d2', '{node}/a', '/{ns}/a', 'rt/x', '_hidden', '~/{node}']) {
			strictEqual(checkTopicName('topic', name), name);
		}
	});

	it('refuse what breaks a rule, and name it', () => {
		refuses(checkTopicName, [
			['', /^Expected `field` to be a topic name that is not empty, got ""$/],
			[5, /^Expected `field` to be a topic name, got 5$/],
			[undefined, /got undefined$/],
			[
				'/joint states',
				/has only letters, digits, underscores, slashes and a leading tilde \(not " "\), got "\/joint states"$/,
			],
			['/a-b', /\(not "-"\)/],
			['/ä', /\(not "ä"\)/],
			['/a//b', /has no two slashes in a row/],
			['/1a', /has no digit at its start or after a slash/],
			['1a', /has no digit at its start/],
			['/a/2', /has no digit/],
			['/a/', /does not end in a slash/],
			['/', /does not end in a slash/],
			['/a__b', /has no two underscores in a row/],
			['/a/~b', /has a tilde at its start only/],
			['~a', /has a slash after its tilde/],
			['~/', /does not end in a slash/],
			['{a}', /has no other replacement than \{node\}, \{ns\} and \{namespace\} \(not \{a\}\)/],
			['{node', /closes each brace/],
			['node}', /closes each brace/],
			[`/${'a'.repeat(247)}`, /has at most 247 characters/],
		]);
		strictEqual(checkTopicName('topic', `/${'a'.repeat(246)}`).length, 247);
	});

	it('expand against node and namespace', () => {
		const cases: [name: string, namespace: string, full: string][] = [
			['/scan', '/lab', '/scan'],
			['scan', '/lab', '/lab/scan'],
			['scan', '/', '/scan'],
			['a/b', '/lab/arm', '/lab/arm/a/b'],
			['~', '/lab', '/lab/front'],
			['~/scan', '/lab', '/lab/front/scan'],
			['~/scan', '/', '/front/scan'],
			['{node}/scan', '/lab', '/lab/front/scan'],
			['/x/{node}', '/lab', '/x/front'],
			['{ns}/scan', '/lab', '/lab/scan'],
			['{namespace}/scan', '/', '/scan'],
			['/x/{ns}/scan', '/lab/arm', '/x/lab/arm/scan'],
			['/x/{ns}/scan', '/', '/x/scan'],
		];
		for (const [name, namespace, full] of cases) {
			strictEqual(expandTopicName('topic', name, { nodeName: 'front', namespace }), full, `${name} in ${namespace}`);
		}
	});

	it('refuse to expand to what is no name', () => {
		const lab = { nodeName: 'front', namespace: '/lab' };
		throws(() => expandTopicName('topic', 'a b', lab), RangeError);
		throws(() => expandTopicName('topic', 'a', { ...lab, namespace: 'lab' }), /Expected `namespace`/);
		throws(() => expandTopicName('topic', '~', { ...lab, nodeName: 'a/b' }), /Expected `nodeName`/);
		throws(() => expandTopicName('topic', '{ns}', { ...lab, namespace: '/' }), /stands for an absolute name/);
		throws(() => expandTopicName('topic', 'a'.repeat(245), lab), /at most 247 characters/);
	});

	it('are hidden when a word starts with an underscore', () => {
		deepStrictEqual(['/_a', '/a/_action/status', '_a', '/a_b'].map(isHiddenName), [true, true, true, false]);
	});
});

describe('node names and namespaces', () => {
	it('take what ROS 2 takes', () => {
		for (const name of ['node_red', 'N1', '_ros2cli_daemon', 'a__b']) strictEqual(checkNodeName('name', name), name);
		for (const name of ['/', '/lab', '/lab/arm_2']) strictEqual(checkNamespace('namespace', name), name);
	});

	it('refuse what breaks a rule, and name it', () => {
		refuses(checkNodeName, [
			['', /is not empty/],
			['/node', /has only letters, digits and underscores \(not "\/"\)/],
			['my-node', /\(not "-"\)/],
			['1node', /has no digit at its start/],
			['a'.repeat(256), /has at most 255 characters/],
			[null, /got null/],
		]);
		refuses(checkNamespace, [
			['', /starts with a slash/],
			['lab', /starts with a slash/],
			['/lab/', /does not end in a slash/],
			['//', /has no two slashes in a row/],
			['/1', /has no digit/],
			['/a__b', /has no two underscores/],
			['/a b', /\(not " "\)/],
			[`/${'a'.repeat(245)}`, /has at most 245 characters/],
			[{}, /got an object/],
		]);
	});
});

describe('type names', () => {
	it('have a long and a short form', () => {
		strictEqual(checkTypeName('type', 'sensor_msgs/Imu'), 'sensor_msgs/msg/Imu');
		strictEqual(checkTypeName('type', 'sensor_msgs/msg/Imu'), 'sensor_msgs/msg/Imu');
		strictEqual(checkTypeName('type', 'std_srvs/SetBool', 'srv'), 'std_srvs/srv/SetBool');
		strictEqual(checkTypeName('type', 'a/action/B', 'action'), 'a/action/B');
		deepStrictEqual(parseTypeName('type', 'std_srvs/srv/SetBool_Request'), {
			packageName: 'std_srvs',
			kind: 'srv',
			name: 'SetBool_Request',
			full: 'std_srvs/srv/SetBool_Request',
		});
	});

	it('refuse what breaks a rule, and name it', () => {
		refuses(checkTypeName, [
			['Imu', /has a package and a name with a slash between them/],
			['a/msg/b/C', /has a package and a name/],
			['sensor_msgs/messages/Imu', /has msg, srv or action in its middle \(not "messages"\)/],
			['std_srvs/srv/SetBool', /a message type such as sensor_msgs\/msg\/Imu that names a message \(not a service\)/],
			['Sensor/Imu', /has a package of lower case letters/],
			['a__b/Imu', /has a package/],
			['sensor_msgs/imu', /starts with a capital/],
			['sensor_msgs/Imu Raw', /has a name of letters and digits/],
			['sensor_msgs::msg::Imu', /with a slash between them/],
			['', /has a package and a name/],
			[7, /got 7$/],
		]);
	});
});
