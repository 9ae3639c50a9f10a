import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(__dirname, '..', '..');
const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const nodes = Object.entries(packageJson['node-red'].nodes as Record<string, string>);
const read = (path: string) => readFileSync(path, 'utf8');

describe('the package', () => {
	it('lists every folder of nodes/ as a node', () => {
		const folders = readdirSync(join(root, 'nodes'), { withFileTypes: true })
			.filter((entry) => entry.isDirectory() && entry.name !== 'shared')
			.map((entry) => entry.name);
		assert.deepEqual(nodes.map(([name]) => name).sort(), folders.sort());
	});

	it('has at most six dependencies', () => {
		const { dependencies = {}, optionalDependencies = {} } = packageJson;
		assert.ok(Object.keys({ ...dependencies, ...optionalDependencies }).length <= 6);
	});

	it('has its licence and its changes beside it', () => {
		for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md']) assert.ok(existsSync(join(root, file)), file);
	});

	it('ships what the nodes load', () => {
		for (const folder of ['dist/lib', 'dist/nodes', 'examples', 'models', 'robots']) {
			assert.ok(packageJson.files.includes(folder), folder);
		}
	});
});

for (const [name, entry] of nodes) {
	describe(`the node ${name}`, () => {
		const folder = join(root, dirname(entry));
		const html = () => read(join(folder, `${name}.html`));
		const catalogue = () => JSON.parse(read(join(folder, 'locales', 'en-US', `${name}.json`)));

		it('has its entry, form and editor script under its own name', () => {
			assert.equal(entry, `dist/nodes/${name}/${name}.js`);
			assert.match(read(join(root, entry)), new RegExp(`'${name}'`));
			assert.ok(html().includes(`data-template-name="${name}"`), 'form');
			assert.match(html(), new RegExp(`registerType\\(\\s*["']${name}["']`), 'editor script');
		});

		it('has an icon of its own', () => {
			const icon = read(join(folder, 'icons', `${name}.svg`));
			assert.match(icon, /<svg[^>]*viewBox="0 0 40 60"/);
			assert.equal(icon, read(join(root, 'icons', `${name}.svg`)));
			const isConfig = /category:\s*["']config["']/.test(html());
			if (!isConfig) assert.ok(html().includes(`"${name}.svg"`), 'named in the editor script');
		});

		it('has a help text with an introduction', () => {
			const help = read(join(folder, 'locales', 'en-US', `${name}.html`));
			assert.ok(help.includes(`data-help-name="${name}"`));
			assert.match(help, /<p>[^<]{20,}/);
		});

		it('has every text of its form in the catalogue', () => {
			const texts = catalogue();
			const keys = [...html().matchAll(/data-i18n="(?:\[\w+\])?([^"]+)"/g)].map((match) => match[1] as string);
			for (const key of keys) {
				const value = key.split('.').reduce((level, part) => level?.[part], texts);
				assert.equal(typeof value, 'string', key);
			}
		});

		it('has a form field for every property', async () => {
			const { properties } = await import(join(folder, 'config.js'));
			const form = html();
			for (const property of Object.keys(properties)) {
				assert.ok(form.includes(`-input-${property}`) || form.includes(`"${property}"`), property);
			}
		});

		it('is in an example', () => {
			const used = new Set<string>();
			for (const file of readdirSync(join(root, 'examples'))) {
				for (const node of JSON.parse(read(join(root, 'examples', file)))) used.add(node.type);
			}
			assert.ok(used.has(name));
		});
	});
}

describe('the examples', () => {
	const files = readdirSync(join(root, 'examples'));

	it('are numbered from 01 on', () => {
		files.sort().forEach((file, index) => {
			assert.match(file, new RegExp(`^${String(index + 1).padStart(2, '0')} - [A-Z].*\\.json$`));
		});
		assert.ok(files.length > 0);
	});

	for (const file of files) {
		it(`"${file}" is explained, whole and made of known nodes`, () => {
			const flow = JSON.parse(read(join(root, 'examples', file))) as Record<string, unknown>[];
			const ids = new Set(flow.map((node) => node.id));
			assert.equal(ids.size, flow.length, 'ids are unique');
			const comment = flow.find((node) => node.type === 'comment');
			assert.ok(String(comment?.info).length > 100, 'a comment explains the flow');
			for (const node of flow) {
				for (const wire of (node.wires as string[][] | undefined)?.flat() ?? []) assert.ok(ids.has(wire), wire);
				// A rate-limiter needs one only for its stop topic and service.
				const needsNone = node.type === 'rate-limiter' && node.context === '';
				if ('context' in node && !needsNone) assert.ok(ids.has(node.context), 'its context is there');
			}
		});
	}
});
