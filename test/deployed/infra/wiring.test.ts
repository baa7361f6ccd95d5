// Each function is given, in Terraform, exactly the variables that it reads: found out by watching it start, and the probe run.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Environment, targets } from '../../../functions/environment.ts';
import { createWiring, type Wiring } from '../../../functions/wiring.ts';
import { openLoopback } from '../../../shared/adapters/loopback.ts';
import { openSqlite } from '../../../shared/adapters/sqlite.ts';
import { testKeys, testSigner } from '../../support/document-keys.ts';
import { ScriptedGarden } from '../../support/fakes/scripted-garden.ts';
import { needed, notDeployed } from './expected.ts';

const values: Readonly<Record<string, string>> = {
  GOOGLE_CLOUD_PROJECT: 'demo-pinward',
  PINWARD_DATABASE: '(default)',
  PINWARD_TOPIC: 'pinward-events',
  PINWARD_AUDIENCES: 'https://pinward.example.com',
  PINWARD_ADMIN_TOKEN: 'a-token-of-thirty-two-characters-or-more',
  PINWARD_MACHINE_TOKEN: 'another-token-of-thirty-two-characters-or-more',
  PINWARD_ORGANISATION: 'example.com',
  PINWARD_KMS_KEY: 'projects/demo-pinward/locations/l/keyRings/pinward/cryptoKeys/answers/cryptoKeyVersions/1',
  PINWARD_WRITER_KMS_KEY:
    'projects/demo-pinward/locations/l/keyRings/pinward/cryptoKeys/writer-api/cryptoKeyVersions/1',
  PINWARD_WRITERS: `api:${testSigner.key.der.toString('base64')}`,
  PINWARD_SLACK_URL: 'https://hooks.slack.com/services/T/B/x',
  PINWARD_URL: 'https://pinward.example.com',
};

const log = { info: () => {}, warn: () => {}, error: () => {} };

describe('what a function reads of the environment is what it is given:', () => {
  for (const target of targets)
    test(target, async () => {
      const names = Object.keys(needed[target] ?? {});
      const read = new Set<string>();
      const environment = watched(Object.fromEntries(names.map((name) => [name, values[name] ?? ''])), read);
      const wiring = createWiring(environment, { log });
      await start(target, wiring);
      await wiring.close();
      if (target === 'probe') await runProbe(environment);

      const deployed = [...read].filter((name) => !(name in notDeployed));
      assert.deepEqual(deployed.sort(), names.sort());
    });
});

/** The environment, and a note of every variable that is asked for. */
function watched(environment: Environment, read: Set<string>): Environment {
  return new Proxy(environment, {
    get(all, name) {
      read.add(String(name));
      return Reflect.get(all, name);
    },
  });
}

async function start(target: (typeof targets)[number], wiring: Wiring): Promise<void> {
  if (target === 'api') wiring.api();
  if (target === 'probe') wiring.probe();
  if (target === 'advance') wiring.advance();
  if (target === 'announce') await wiring.announce();
}

/** Where to look is read by the run. There is no policy and no project, so it has nothing to ask. */
async function runProbe(environment: Environment): Promise<void> {
  const wiring = createWiring(environment, {
    log,
    store: openSqlite(':memory:', testKeys),
    bus: openLoopback(async () => {}),
    garden: new ScriptedGarden(Date.now, () => assert.fail('nothing to ask')),
  });
  const { fault } = await wiring.probeOnce();
  await wiring.close();
  assert.equal(fault, null);
}
