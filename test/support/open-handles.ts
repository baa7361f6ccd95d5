// Ends a test file that keeps something open after its tests, such as a server or a process of a set-up that failed: it fails,
// and says what. Without it the whole run would wait for ever. `node --import` loads it before each test file.

import { after } from 'node:test';

/** In ms: more than what ends by itself takes on a busy machine. */
const patience = Number(process.env['OPEN_HANDLES_PATIENCE'] ?? 60_000);

// The runner's own process loads it, too, and has no tests.
if (process.env['NODE_TEST_CONTEXT'] !== undefined) {
  after(() => {
    // Without a hold on the process: it only runs where something else has one.
    setTimeout(() => {
      process.stderr.write(`still open after the tests: ${process.getActiveResourcesInfo().join(', ')}\n`);
      process.exit(1);
    }, patience).unref();
  });
}
