import { notStrictEqual, strictEqual } from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTypeRegistry } from '../../../../lib/ros/types/registry';
import { fixtures, hashOf, registry } from './fixtures';

/** The hashes that rosidl generated for the interfaces of ROS 2 Kilted, by type name. */
const published: Record<string, string> = JSON.parse(readFileSync(join(fixtures, 'type-hashes.json'), 'utf8'));

describe('type hashes (RIHS01)', () => {
	it('equal the published ones', () => {
		for (const [name, hash] of Object.entries(published)) strictEqual(hashOf(registry, name), hash, name);
	});

	it('are published for messages, services and actions alike', () => {
		strictEqual(Object.keys(published).length > 300, true);
		for (const name of ['std_msgs/msg/Empty', 'std_srvs/srv/SetBool', 'example_interfaces/action/Fibonacci']) {
			strictEqual(typeof published[name], 'string', name);
		}
	});

	it('change with a field, not with a default or a constant', () => {
		const folder = mkdtempSync(join(tmpdir(), 'hash-'));
		try {
			const write = (text: string) => {
				const root = mkdtempSync(join(folder, 'version-'));
				mkdirSync(join(root, 'lab', 'msg'), { recursive: true });
				writeFileSync(join(root, 'lab', 'msg', 'A.msg'), text);
				return createTypeRegistry({ folders: [root] }).message('lab/A').hash;
			};
			const hash = write('int32 a');
			strictEqual(write('int32 LIMIT=3\nint32 a 5'), hash);
			notStrictEqual(write('uint32 a'), hash);
			notStrictEqual(write('int32 b'), hash);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
});
