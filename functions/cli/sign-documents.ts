// `npm run sign-documents`: takes over a store from before documents were signed.

import { takeOver } from '../../shared/adapters/documents/take-over.ts';
import { openKms } from '../../shared/adapters/kms.ts';
import { writers } from '../../shared/domain/writers.ts';
import { readEnvironment } from '../environment.ts';
import { createLog } from '../log.ts';
import { openStore } from '../open-store.ts';
import { printable } from '../printable.ts';
import { readCommandLine, refuseCommandLine } from './command-line.ts';
import { messageOf } from './service-client.ts';

const help = `Take over a store from before documents were signed: sign every document that has no signature.
One whose signature is wrong is left, and named: restore it from a backup.

  npm run sign-documents -- [--writer NAME]

  --writer NAME  whose key signs: api (default), advance or probe

The environment says which store and which keys, as it does for the functions: GOOGLE_CLOUD_PROJECT, PINWARD_DATABASE,
PINWARD_WRITERS, and PINWARD_WRITER_KMS_KEY of that writer. infra/README.md has the order of all steps. Run
npm run verify-history before: what is signed is believed from then on. It may be run again at any time.

Exit codes: 0 everything is signed, 1 something is left, 2 nothing could be done.
`;

const maxShown = 20;

async function main(): Promise<number> {
  const { values } = readCommandLine(help, { options: { writer: { type: 'string', default: 'api' } } });
  const writer = writers.find((name) => name === values.writer);
  if (writer === undefined) return refuseCommandLine(help, `--writer is one of ${writers.join(', ')}`);
  const kms = openKms();
  const { store, openWriterKey } = openStore({ ...readEnvironment(), PINWARD_UNSIGNED: 'accept' }, kms, createLog(2));
  try {
    openWriterKey();
    const taken = await takeOver(store, [writer]);
    if (!taken.ok) return fail(JSON.stringify(taken.fault));
    const { signed, left } = taken.value;
    process.stdout.write(`${signed} documents signed, ${left.length} left\n`);
    for (const { document, reason } of left.slice(0, maxShown))
      process.stdout.write(`  ${printable(document)}: ${printable(reason)}\n`);
    if (left.length > maxShown) process.stdout.write(`  and ${left.length - maxShown} more\n`);
    return left.length === 0 ? 0 : 1;
  } finally {
    await store.close();
    await kms.close();
  }
}

function fail(text: string): number {
  process.stderr.write(`${text}\n`);
  return 2;
}

process.exitCode = await main().catch((error) => fail(messageOf(error)));
