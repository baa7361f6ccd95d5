/** An emulator ends with the process that started it, also where that process forgets to stop it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { it } from 'node:test';
import { whyNoEmulators } from '../../../../functions/local/emulators.ts';

const emulators = join(import.meta.dirname, '../../../../functions/local/emulators.ts');

it('ends when its process exits without stopping it', { skip: whyNoEmulators() }, async () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `const { startPubsubEmulator } = await import(${JSON.stringify(emulators)});
      console.log((await startPubsubEmulator()).host);
      process.exit(3);`,
    ],
    { encoding: 'utf8' },
  );
  assert.equal(status, 3, stderr);
  const host = stdout.trim();
  // Java takes a moment to end.
  while (await answers(host)) await new Promise(setImmediate);
});

async function answers(host: string): Promise<boolean> {
  try {
    await (await fetch(`http://${host}/`)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
