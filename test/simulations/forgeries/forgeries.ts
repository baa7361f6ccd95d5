// `npm run simulate:forgeries -- --edits 1000 --seed N`: edits of the database by somebody without a writer's key, on sqlite
// and, where it is installed, on Firestore's emulator. Each edit is judged and undone. The last line is one JSON object; exit
// code 1 if anything forged was served or obeyed, anything old came back, or an edit of the history was not named.

import { readCommandLine, readWholeNumber } from '../../../functions/cli/command-line.ts';
import { startFirestoreEmulator, whyNoEmulators } from '../../../functions/local/emulators.ts';
import type { DocumentKeys } from '../../../shared/adapters/documents/document-keys.ts';
import { type Database, nameOf, openFirestoreDatabase, openSqliteDatabase } from './database.ts';
import { chooseEdit, type Edit } from './edits.ts';
import { judge } from './judge.ts';
import { ForgeryWorld } from './world.ts';

const usage = `usage: npm run simulate:forgeries -- [--edits N] [--seed N]

  --edits N  edits of the database by somebody without a writer's key, on each database; default 1000
  --seed N   the same seed makes the same edits; default: another one each time

The last line is one JSON object. Ends with 0 when nothing forged was served or obeyed, nothing old came back and every
edit of the history was named, with 1 otherwise, with 2 when it did not run.
`;

export interface Outcome {
  readonly edits: number;
  readonly forged: number;
  readonly replayed: number;
  readonly unnamed: number;
}

interface Campaign {
  readonly outcome: Outcome;
  readonly complaints: readonly string[];
}

export async function runCampaign(
  database: Database,
  edits: number,
  seed: number,
  unsigned: DocumentKeys['unsigned'] = 'refuse',
): Promise<Campaign> {
  const world = new ForgeryWorld(database, unsigned);
  await world.live();
  const warm = world.openCaches();
  for (const { kind, id } of world.truth) await warm.store.read(kind, id);
  await Promise.all([warm.policy.current(), warm.access.current()]);
  const complaints: string[] = [];
  const counts = { forged: 0, replayed: 0, unnamed: 0 };
  for (let number = 0; number < edits; number++) {
    const edit = await chooseEdit(world, seed * 1_000_003 + number);
    await apply(world, edit);
    world.time += 20_000;
    const judgement = await judge(world, warm, edit);
    for (const what of ['forged', 'replayed', 'unnamed'] as const) {
      if (judgement[what].length > 0) counts[what]++;
      for (const each of judgement[what]) complaints.push(`edit ${number} (${edit.what}), ${what}: ${each}`);
    }
    await undo(world, edit);
  }
  await warm.store.close();
  await database.close();
  return { outcome: { edits, ...counts }, complaints };
}

export function isGood({ forged, replayed, unnamed }: Outcome): boolean {
  return forged + replayed + unnamed === 0;
}

async function apply({ database }: ForgeryWorld, { puts, removes }: Edit): Promise<void> {
  for (const row of removes) await database.remove(row);
  for (const row of puts) await database.put(row);
}

async function undo({ database, truth }: ForgeryWorld, { puts, removes }: Edit): Promise<void> {
  for (const row of [...puts, ...removes]) {
    const known = truth.find((each) => nameOf(each) === nameOf(row));
    await (known === undefined ? database.remove(row) : database.put(known));
  }
}

async function main(): Promise<void> {
  const anySeed = String(Date.now() % 1_000_000);
  const { values } = readCommandLine(usage, {
    options: { edits: { type: 'string', default: '1000' }, seed: { type: 'string', default: anySeed } },
  });
  const edits = readWholeNumber(usage, 'edits', values.edits, 1);
  const seed = readWholeNumber(usage, 'seed', values.seed, 0);
  const say = (line: string) => process.stdout.write(`${line}\n`);
  say(`making ${edits} edits on each database, seed ${seed}`);
  const outcomes: Record<string, Outcome | string> = {};
  const run = async (name: string, database: Database) => {
    const { outcome, complaints } = await runCampaign(database, edits, seed);
    for (const each of complaints.slice(0, 20)) say(`${name}: ${each}`);
    outcomes[name] = outcome;
    if (!isGood(outcome)) process.exitCode = 1;
  };
  await run('sqlite', openSqliteDatabase());
  const missing = whyNoEmulators();
  if (missing !== false) outcomes['firestore'] = missing;
  else {
    const emulator = await startFirestoreEmulator();
    await run('firestore', await openFirestoreDatabase(emulator.host)).finally(() => emulator.stop());
  }
  say(JSON.stringify({ edits, seed, ...outcomes }));
}

if (import.meta.main) await main();
