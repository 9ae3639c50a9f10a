import { deepStrictEqual, match, ok, strictEqual, throws } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BriefError } from '../../../../lib/check';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';

describe('interface folders of the user', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'interfaces-'));
	});
	afterEach(() => {
		rmSync(folder, { recursive: true });
	});

	const write = (files: Record<string, string>) => {
		for (const [name, text] of Object.entries(files)) {
			mkdirSync(join(folder, dirname(name)), { recursive: true });
			writeFileSync(join(folder, name), text);
		}
		return createTypeRegistry({ folders: [folder] });
	};
	const briefOf = (run: () => unknown): BriefError => {
		try {
			run();
		} catch (error) {
			ok(error instanceof BriefError, String(error));
			ok(error.brief.length < 20, error.brief);
			return error;
		}
		throw new Error('Expected an error');
	};

	it('are found in a workspace, a checkout and an installation', () => {
		const layouts = ['lab_msgs/msg', 'src/group/lab_msgs/msg', 'share/lab_msgs/msg'];
		for (const layout of layouts) {
			const registry = write({ [`${layout}/Grip.msg`]: 'float64 force 2.5' });
			deepStrictEqual(registry.message('lab_msgs/Grip').create(), { force: 2.5 }, layout);
			ok(registry.messageNames().includes('lab_msgs/msg/Grip'));
			rmSync(folder, { recursive: true });
		}
		mkdirSync(folder);
	});

	it('are followed through links, as --symlink-install makes them', () => {
		const elsewhere = mkdtempSync(join(tmpdir(), 'elsewhere-'));
		try {
			mkdirSync(join(elsewhere, 'msg'));
			writeFileSync(join(elsewhere, 'msg', 'Grip.msg'), 'float64 force');
			symlinkSync(elsewhere, join(folder, 'lab_msgs'));
			strictEqual(createTypeRegistry({ folders: [folder] }).message('lab_msgs/Grip').name, 'lab_msgs/msg/Grip');
		} finally {
			rmSync(elsewhere, { recursive: true });
		}
	});

	it('come before the bundled definitions, the first folder first', () => {
		const first = join(folder, 'first');
		const second = join(folder, 'second');
		write({ 'first/std_msgs/msg/String.msg': 'string text', 'second/std_msgs/msg/String.msg': 'string words' });
		deepStrictEqual(
			createTypeRegistry({ folders: [first, second] })
				.message('std_msgs/String')
				.create(),
			{ text: '' },
		);
		deepStrictEqual(
			createTypeRegistry({ folders: [second, first] })
				.message('std_msgs/String')
				.create(),
			{ words: '' },
		);
		deepStrictEqual(createTypeRegistry().message('std_msgs/String').create(), { data: '' });
	});

	it('may hold services and actions', () => {
		const registry = write({
			'lab/srv/Weigh.srv': 'string item\n---\nfloat64 mass\nbool ok',
			'lab/action/Fetch.action': 'string item\n---\nbool ok\n---\nfloat32 progress',
		});
		const { request, response } = registry.service('lab/Weigh');
		deepStrictEqual([request.name, request.create()], ['lab/srv/Weigh_Request', { item: '' }]);
		deepStrictEqual(response.create(), { mass: 0, ok: false });
		deepStrictEqual(registry.serviceNames().includes('lab/srv/Weigh'), true);
		const { goal, result, feedback, sendGoal, getResult, feedbackMessage } = registry.action('lab/Fetch');
		deepStrictEqual(
			[goal.create(), result.create(), feedback.create()],
			[{ item: '' }, { ok: false }, { progress: 0 }],
		);
		const goal_id = { uuid: Buffer.alloc(16) };
		deepStrictEqual(sendGoal.request.create(), { goal_id, goal: { item: '' } });
		deepStrictEqual(sendGoal.response.create(), { accepted: false, stamp: { sec: 0, nanosec: 0 } });
		deepStrictEqual(getResult.request.create(), { goal_id });
		deepStrictEqual(getResult.response.create(), { status: 0, result: { ok: false } });
		deepStrictEqual(feedbackMessage.create(), { goal_id, feedback: { progress: 0 } });
	});

	it('fill in defaults, also of arrays, and know their constants', () => {
		const registry = write({
			'lab/msg/D.msg': [
				'int64 LARGE=9007199254740993',
				'string NAME="a # in quotes ends the line"',
				'bool on true',
				'int64 big -9223372036854775808',
				'float32[3] rgb [0.5, 1, .25]',
				'string[] names ["a, b", \'c\', d]',
				'uint8[<=4] bytes [1, 0x10]',
				"wstring hello 'it\\'s'",
			]
				.join('\n')
				.replace('a # in quotes ends the line', 'text'),
		});
		const { constants, create, encode, decode } = registry.message('lab/D');
		deepStrictEqual(constants, { LARGE: 9007199254740993n, NAME: 'text' });
		const expected = {
			on: true,
			big: -(2n ** 63n),
			rgb: Float32Array.of(0.5, 1, 0.25),
			names: ['a, b', 'c', 'd'],
			bytes: Buffer.of(1, 16),
			hello: "it's",
		};
		deepStrictEqual(create(), expected);
		deepStrictEqual(decode(encode({})), expected);
	});

	it('fail file by file, and say in which line', () => {
		const registry = write({
			'lab/msg/Good.msg': 'float64 x',
			'lab/msg/Bad.msg': 'float64 x\n\nfloat65 y\n',
			'lab/msg/UsesBad.msg': 'Bad bad',
			'lab/msg/Lost.msg': 'Nowhere n',
		});
		strictEqual(registry.message('lab/Good').name, 'lab/msg/Good');
		const error = briefOf(() => registry.message('lab/Bad'));
		match(error.message, /Bad\.msg:3: Expected one of bool, .* got float65\. Correct the file and deploy\.$/);
		match(briefOf(() => registry.message('lab/UsesBad')).message, /Bad\.msg:3: /);
		match(briefOf(() => registry.message('lab/Lost')).message, /got lab\/msg\/Nowhere, which lab\/msg\/Lost needs\./);
		deepStrictEqual(
			registry.problems().map((problem) => /Bad\.msg:3|lab\/msg\/Nowhere/.exec(problem.message)?.[0]),
			['Bad.msg:3', 'lab/msg/Nowhere'],
		);
	});

	const broken: [text: string, line: number, message: RegExp][] = [
		['float64', 1, /Expected a type and a name, got float64/],
		['float64 Speed', 1, /Expected a field name of lower case/],
		['float64 speed__x', 1, /Expected a field name/],
		['float64 a\nfloat64 a', 2, /Expected each name once, got a a second time/],
		['int8 a 200', 1, /from -128 to 127 as a value of int8, got 200/],
		['int8 A=1.5', 1, /Expected a whole number as a value of int8, got 1\.5/],
		['int8 lower=1', 1, /Expected a constant name of upper case .* a default is written without =/],
		['float64 a fast', 1, /Expected a number as a value of float64, got fast/],
		['bool a yes', 1, /Expected true or false as a value of bool, got yes/],
		['float64[2] a [1, 2, 3]', 1, /Expected 2 values as the default of float64\[2\], got 3/],
		['float64[<=2] a [1, 2, 3]', 1, /Expected at most 2 values/],
		['float64[2] a 1', 1, /as \[value, value, \.\.\.\], got 1/],
		['float64[0] a', 1, /the size of the array type float64\[0\] to be a whole number from 1/],
		['float64[x] a', 1, /got x/],
		['float64[2][2] a', 1, /Expected a type such as/],
		['string<=0 a', 1, /the largest length of the string type/],
		['string<=3 a "long"', 1, /at most 3 characters/],
		['other/msg/sub/X a', 1, /Expected one of bool/],
		['Other X=1', 1, /Expected a primitive type for the constant X/],
		['geometry_msgs/Point p 1', 1, /Expected no default after p/],
		['int8 a\n---\nint8 b', 2, /Expected 0 lines of ---/],
	];

	it('name what is wrong with a line', () => {
		for (const [index, [text, line, message]] of broken.entries()) {
			const registry = write({ [`lab/msg/B${index}.msg`]: text });
			const error = briefOf(() => registry.message(`lab/B${index}`));
			match(error.message, new RegExp(`B${index}\\.msg:${line}: `), text);
			match(error.message, message, text);
		}
	});

	it('need all parts of services and actions', () => {
		const registry = write({ 'lab/srv/S.srv': 'int8 a', 'lab/action/A.action': 'int8 a\n---\nint8 b' });
		match(briefOf(() => registry.service('lab/S')).message, /S\.srv:1: Expected 2 parts .* got 1/);
		match(briefOf(() => registry.action('lab/A')).message, /A\.action:3: Expected 3 parts .* got 2/);
	});

	it('may not define a type that contains itself', () => {
		const registry = write({ 'lab/msg/A.msg': 'B b', 'lab/msg/B.msg': 'A[] a' });
		const message = /do not contain themselves, got lab\/msg\/A in lab\/msg\/B in lab\/msg\/A/;
		match(briefOf(() => registry.message('lab/A')).message, message);
		match(briefOf(() => registry.message('lab/A')).message, message);
	});

	it('have to exist', () => {
		match(
			briefOf(() => createTypeRegistry({ folders: [join(folder, 'nowhere')] })).message,
			/nowhere, which cannot be read/,
		);
		const file = join(folder, 'file');
		writeFileSync(file, '');
		match(briefOf(() => createTypeRegistry({ folders: [file] })).message, /it is not a folder/);
	});

	it('end where recorded definitions append those of nested types', () => {
		const registry = write({
			'lab/msg/A.msg': `int8 a\n${'='.repeat(80)}\nMSG: lab/B\nnonsense here = 5 #\n`,
		});
		deepStrictEqual(registry.message('lab/A').create(), { a: 0 });
	});

	it('may name a field like a property that every object has', () => {
		const registry = write({ 'lab/msg/A.msg': 'int8 constructor 3\nint8 b' });
		const type = registry.message('lab/A');
		deepStrictEqual({ ...type.decode(type.encode({ b: 1 })) }, { constructor: 3, b: 1 });
		deepStrictEqual({ ...type.decode(type.encode({ constructor: 4 })) }, { constructor: 4, b: 0 });
	});
});

describe('the registry', () => {
	const registry = createTypeRegistry();

	it('takes both forms of a name for the same type', () => {
		strictEqual(registry.message('sensor_msgs/Imu'), registry.message('sensor_msgs/msg/Imu'));
	});

	it('suggests near names and says how to add a type', () => {
		const wrong: [() => unknown, RegExp][] = [
			[() => registry.message('sensor_msgs/JointStates'), /Did you mean sensor_msgs\/msg\/JointState/],
			[() => registry.message('sensor_msgs/msg/joint'), /has a name of letters and digits that starts with a capital/],
			[() => registry.message('std_msgs/Twist'), /Did you mean geometry_msgs\/msg\/Twist/],
			[() => registry.message('acme/Thing'), /add a folder that has acme\/msg\/Thing\.msg below it/],
			[() => registry.service('std_srvs/SetBol'), /Did you mean std_srvs\/srv\/SetBool/],
			[() => registry.service('acme/Do'), /add a folder that has acme\/srv\/Do\.srv/],
			[() => registry.message('std_srvs/srv/SetBool'), /a message type .* names a message \(not a service\)/],
			[() => registry.message('example_interfaces/action/Fibonacci_SendGoal'), /names a message \(not an action\)/],
			[() => registry.message('../../etc/msg/Passwd'), /Expected `type` to be a message type/],
		];
		for (const [run, message] of wrong) throws(run, { message });
	});

	it('serves the distribution that is asked for', () => {
		const gid = (distribution: 'humble' | 'jazzy') =>
			(createTypeRegistry({ distribution }).message('rmw_dds_common/Gid').create().data as Buffer).length;
		deepStrictEqual([gid('humble'), gid('jazzy')], [24, 16]);
		// It came to Humble later than the definitions of Humble that are bundled with rosmsg-msgs-common.
		const velocity = (distribution: 'humble' | 'jazzy') =>
			createTypeRegistry({ distribution }).message('geometry_msgs/msg/VelocityStamped').hash;
		strictEqual(velocity('humble'), velocity('jazzy'));
		const battery = (distribution: 'humble' | 'jazzy') =>
			createTypeRegistry({ distribution }).message('sensor_msgs/NavSatStatus').constants;
		strictEqual('STATUS_UNKNOWN' in battery('jazzy'), true);
		strictEqual('STATUS_UNKNOWN' in battery('humble'), false);
		throws(() => createTypeRegistry({ distribution: 'foxy' as 'jazzy' }), {
			name: 'RangeError',
			message: /jazzy, iron, humble/,
		});
	});

	it('lists names in order, each once', () => {
		for (const names of [registry.messageNames(), registry.serviceNames(), registry.actionNames()]) {
			ok(names.length > 5);
			deepStrictEqual(names, [...new Set(names)].sort());
		}
	});
});
