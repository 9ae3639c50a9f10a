import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseYaml } from '../../../lib/policy/yaml';

describe('parseYaml', () => {
	const cases: [string, string, unknown][] = [
		['nothing', '# only a comment\n', null],
		[
			'scalars',
			'a: 1\nb: -2.5e-3\nc: .5\nd: 1e3\ne: e0\nf: 1_000',
			{ a: 1, b: -0.0025, c: 0.5, d: 1000, e: 'e0', f: 1000 },
		],
		[
			'words',
			'a: null\nb: ~\nc:\nd: true\ne: no\nf: nothing',
			{ a: null, b: null, c: null, d: true, e: false, f: 'nothing' },
		],
		['special numbers', 'a: .inf\nb: -.inf', { a: Number.POSITIVE_INFINITY, b: Number.NEGATIVE_INFINITY }],
		['quotes', `a: 'it''s # no comment'\nb: "a\\tb: \\"c\\""`, { a: "it's # no comment", b: 'a\tb: "c"' }],
		['a quote within a word', "a: robot's # comment\nb: 1", { a: "robot's", b: 1 }],
		['comments', 'a: 1 # one\n# all\n  # further in\nb: x#y', { a: 1, b: 'x#y' }],
		['nested mappings', 'a:\n  b:\n    c: 1\n  d: 2\ne: 3', { a: { b: { c: 1 }, d: 2 }, e: 3 }],
		['sequences', 'a:\n- 1\n- 2\nb:\n  - x\n  - y', { a: [1, 2], b: ['x', 'y'] }],
		[
			'sequences of sequences',
			'a:\n- - -0.5\n  - 0.6\n- - 1\n  - 2',
			{
				a: [
					[-0.5, 0.6],
					[1, 2],
				],
			},
		],
		['sequences of mappings', '- a: 1\n  b:\n  - 2\n- a: 3\n', [{ a: 1, b: [2] }, { a: 3 }]],
		['flow', 'a: [1, [2, x], {b: c, d: [3]}]\ne: {}\nf: []', { a: [1, [2, 'x'], { b: 'c', d: [3] }], e: {}, f: [] }],
		['flow over lines', 'a: [1, # one\n    2,\n  3]\nb: { x: 1,\n y: 2 }', { a: [1, 2, 3], b: { x: 1, y: 2 } }],
		['text over lines', "a: one\n  two\n  three\nb: 'four\n  five'", { a: 'one two three', b: 'four five' }],
		['blocks of text', 'a: |\n  one\n  two\nb: >-\n  three\n  four', { a: 'one\ntwo', b: 'three four' }],
		['keys with slashes', 'go2/robot_lab:\n  a: 1', { 'go2/robot_lab': { a: 1 } }],
		['keys of another form', '"a b": 1\n1.0: 2', { 'a b': 1, '1.0': 2 }],
		['anchors', 'a: &id001\n- 1\n- 2\nb: *id001\nc: [*id001]', { a: [1, 2], b: [1, 2], c: [[1, 2]] }],
		['windows lines', 'a: 1\r\nb:\r\n- 2\r\n', { a: 1, b: [2] }],
	];
	for (const [name, text, value] of cases) it(name, () => assert.deepEqual(parseYaml(text), value));

	it('reads over tags and calls nothing', () => {
		const text =
			'ids: !!python/object/apply:builtins.slice\n- null\n- null\n- null\nt: !!python/tuple [1, 2]\nu: !!python/tuple\n- 3\nv: !!str 5';
		assert.deepEqual(parseYaml(text), { ids: [null, null, null], t: [1, 2], u: [3], v: 5 });
		assert.deepEqual(parseYaml("a: !!python/object/apply:os.system ['touch /nowhere']"), { a: ['touch /nowhere'] });
	});

	it('refuses what is no YAML, with the line', () => {
		const refuses = (text: string, pattern: RegExp) => assert.throws(() => parseYaml(text), pattern);
		refuses('a: [1, 2', /line 1/);
		refuses('a: 1\nb', /line 2/);
		refuses('a: 1\n    b: 2', /line 2|line 1/);
		refuses('a: *nobody', /line 1/);
		refuses("a: 'x", /line 1/);
		refuses('a: 1\na: 2', /each key once, got "a" in line 2/);
		refuses('__proto__: 1', /__proto__/);
		refuses('a: {__proto__: {b: 1}}', RangeError as never);
		refuses(`a: ${'['.repeat(200)}${']'.repeat(200)}`, /RangeError|line 1/);
		refuses('- '.repeat(300), /deep/);
		assert.equal(({} as { b?: number }).b, undefined);
	});

	it('does not grow with aliases of aliases', () => {
		let text = 'a0: &a0 [x, x]\n';
		for (let i = 1; i < 40; i++) text += `a${i}: &a${i} [*a${i - 1}, *a${i - 1}]\n`;
		assert.equal(Object.keys(parseYaml(text) as object).length, 40);
	});

	it('throws nothing but a TypeError or RangeError', () => {
		const pieces = fc.constantFrom(
			'a',
			': ',
			':',
			'- ',
			'\n',
			'  ',
			'[',
			']',
			'{',
			'}',
			',',
			'"',
			"'",
			'#',
			'&x ',
			'*x',
			'!t ',
			'|',
			'1',
			'\\',
			'\t',
		);
		fc.assert(
			fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
				try {
					parseYaml(parts.join(''));
				} catch (error) {
					assert.ok(error instanceof RangeError || error instanceof TypeError, String((error as Error).stack));
				}
			}),
			{ numRuns: 5000, seed: 8 },
		);
	});
});
