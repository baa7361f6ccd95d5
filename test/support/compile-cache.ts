// The folder in which Node keeps what it compiled of a process, for the next process of the tests that loads the same.

import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const compileCache = join(tmpdir(), 'pinward-compiled');
