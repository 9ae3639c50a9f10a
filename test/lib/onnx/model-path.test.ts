import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { BriefError } from '../../../lib/check';
import { checkExternalPaths, listModels, type ModelFolders, resolveModelPath } from '../../../lib/onnx/model-path';
import { Folder } from './folder';

describe('model path', () => {
	let root: Folder;
	let folders: ModelFolders;
	beforeEach(() => {
		root = new Folder();
		folders = {
			userDir: join(root.path, 'user'),
			packageDir: join(root.path, 'package'),
			extra: [join(root.path, 'extra')],
		};
		for (const folder of [folders.userDir, folders.packageDir, ...folders.extra]) mkdirSync(folder);
	});
	afterEach(() => {
		root.remove();
	});

	function refused(path: string, brief: string, message: RegExp): void {
		assert.throws(
			() => resolveModelPath(path, folders),
			(error: unknown) => {
				assert.ok(error instanceof BriefError, String(error));
				assert.equal(error.brief, brief);
				assert.match(error.message, message);
				return true;
			},
		);
	}

	it('looks a relative path up in the user directory, then in the extra folders, then in the package', () => {
		const inPackage = root.write('package/models/a.onnx', '');
		assert.equal(resolveModelPath('models/a.onnx', folders), inPackage);
		const inExtra = root.write('extra/models/a.onnx', '');
		assert.equal(resolveModelPath('models/a.onnx', folders), inExtra);
		const inUserDir = root.write('user/models/a.onnx', '');
		assert.equal(resolveModelPath('models/a.onnx', folders), inUserDir);
	});

	it('refuses a pipe, since reading it would wait for ever', function () {
		if (process.platform === 'win32') this.skip();
		execFileSync('mkfifo', [join(folders.userDir, 'pipe.onnx')]);
		refused('pipe.onnx', 'not a regular file', /pipe\.onnx is a pipe/);
	});

	it('takes an absolute path in an allowed folder', () => {
		const path = root.write('extra/deep/b.onnx', '');
		assert.equal(resolveModelPath(path, folders), path);
	});

	it('refuses files elsewhere and says how to allow them, without telling whether they are there', () => {
		const outside = root.write('elsewhere/c.onnx', '');
		refused(outside, 'path not allowed', /ros2Inference\.modelFolders in settings\.js/);
		refused(join(root.path, 'elsewhere/none.onnx'), 'path not allowed', /settings\.js/);
		refused('../elsewhere/c.onnx', 'path not allowed', /settings\.js/);
		root.write('package/package.json', '{}');
		refused('package.json', 'model not found', /Looked for/);
		refused(join(folders.packageDir, 'package.json'), 'path not allowed', /settings\.js/);
		refused('models/../package.json', 'model not found', /Looked for/);
	});

	it('follows links, and refuses one that leads out', () => {
		const outside = root.write('elsewhere/c.onnx', '');
		symlinkSync(outside, join(folders.userDir, 'link.onnx'));
		refused('link.onnx', 'path not allowed', /settings\.js/);
		symlinkSync(join(root.path, 'elsewhere'), join(folders.userDir, 'folder'));
		refused('folder/c.onnx', 'path not allowed', /settings\.js/);
		const inside = root.write('user/real.onnx', '');
		symlinkSync(inside, join(folders.userDir, 'inner.onnx'));
		assert.equal(resolveModelPath('inner.onnx', folders), inside);
	});

	it('takes a user directory that is itself a link, by either name', () => {
		const inside = root.write('user/real.onnx', '');
		symlinkSync(folders.userDir, join(root.path, 'alias'));
		const aliased = { ...folders, userDir: join(root.path, 'alias') };
		assert.equal(resolveModelPath('real.onnx', aliased), inside);
		assert.equal(resolveModelPath(inside, aliased), inside);
		assert.equal(resolveModelPath(join(root.path, 'alias', 'real.onnx'), aliased), inside);
	});

	it('says where it looked, and what a folder is', () => {
		refused('models/none.onnx', 'model not found', /user\/models\/none\.onnx.*extra\/models.*package\/models/);
		mkdirSync(join(folders.userDir, 'models'));
		refused('models', 'model is a folder', /Choose the \.onnx file/);
		refused('a\0b', 'bad path', /NUL/);
	});

	it('says when a folder on the way may not be entered', function () {
		// The administrator of a machine may enter every folder.
		if (process.getuid?.() === 0) this.skip();
		root.write('user/locked/d.onnx', '');
		chmodSync(join(folders.userDir, 'locked'), 0);
		refused('locked/d.onnx', 'model unreadable', /EACCES/);
		chmodSync(join(folders.userDir, 'locked'), 0o700);
	});

	it('holds weights in other files to the same folders', () => {
		const model = root.write('user/m.onnx', '');
		root.write('user/m.onnx.data', '');
		const outside = root.write('elsewhere/w.data', '');
		checkExternalPaths(model, ['m.onnx.data', 'missing.data'], folders);
		symlinkSync(outside, join(folders.userDir, 'w.data'));
		for (const name of ['../elsewhere/w.data', 'w.data', outside, '../../nowhere']) {
			assert.throws(
				() => checkExternalPaths(model, [name], folders),
				/not in a folder that models may come from/,
				name,
			);
		}
	});

	it('lists models by the paths that find them', () => {
		root.write('user/models/z.onnx', '');
		root.write('user/top.ONNX', '');
		root.write('user/node_modules/x/no.onnx', '');
		root.write('user/.config/no.onnx', '');
		root.write('user/notes.txt', '');
		root.write('extra/e.onnx', '');
		root.write('package/models/cart.onnx', '');
		root.write('package/other/no.onnx', '');
		const listed = listModels(folders);
		assert.deepEqual(listed, ['e.onnx', 'models/cart.onnx', 'models/z.onnx', 'top.ONNX']);
		for (const path of listed) resolveModelPath(path, folders);
	});
});
