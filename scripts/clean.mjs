import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// `tsc -b` leaves the outputs of deleted sources behind, so a package is always made from an empty dist/.
rmSync(fileURLToPath(new URL('../dist', import.meta.url)), { recursive: true, force: true });
