// A log that keeps nothing, for tests that don't read it.

import type { Log } from '../../functions/log.ts';

export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };
