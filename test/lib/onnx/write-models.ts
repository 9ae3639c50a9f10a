/** Writes the networks of families.ts as files: `node dist/test/lib/onnx/write-models.js <folder>`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { families } from './families';

const folder = process.argv[2] ?? '.';
mkdirSync(folder, { recursive: true });
for (const [name, build] of Object.entries(families)) writeFileSync(join(folder, `${name}.onnx`), build());
