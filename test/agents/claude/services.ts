// The service in two forms: in one process, like `npm start`, and as one process for each function, from its installed
// bundle. Both run on Google's emulators with a movable clock.

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defaultTopic, pointAtEmulators, type Target } from '../../../functions/environment.ts';
import { pushPath, subscribePush } from '../../../functions/local/push.ts';
import { type Local, startLocal } from '../../../functions/local/service.ts';
import { openVertex } from '../../../shared/adapters/vertex.ts';
import { installBundles } from '../../deployed/bundles/installed.ts';
import { Deployed, tokens } from '../../deployed/deployed.ts';

export interface Surroundings {
  readonly emulators: { readonly firestore: string; readonly pubsub: string };
  readonly slackUrl: string;
  /** The address of the fake Model Garden. */
  readonly garden: string;
}

/** The parts of the service that a fleet uses. */
export type Service = Pick<Local, 'url' | 'dataFolder' | 'adminToken' | 'close'> & { probe(): Promise<unknown> };

export interface MovableService extends Service {
  /** Two runs of the probe confirm a result only with some time between them. */
  passMinutes(minutes: number): void;
}

const pinwardProject = 'demo-bundles';
const probedProject = 'acme-claude';

export async function startInOneProcess({ emulators, slackUrl, garden }: Surroundings): Promise<MovableService> {
  let aheadMs = 0;
  const clock = () => Date.now() + aheadMs;
  const local = await startLocal({
    port: 0,
    dataFolder: mkdtempSync(join(tmpdir(), 'pinward-')),
    slackUrl,
    emulators,
    project: probedProject,
    garden: openVertex({ fakeHost: garden, clock }),
    clock,
    write: () => {},
  });
  return {
    ...local,
    passMinutes(minutes) {
      aheadMs += minutes * 60_000;
    },
  };
}

export async function startOnBundles({ emulators, slackUrl, garden }: Surroundings): Promise<MovableService> {
  const folders = await installBundles();
  const dataFolder = mkdtempSync(join(tmpdir(), 'pinward-'));
  writeFileSync(join(dataFolder, 'machine-token'), tokens.PINWARD_MACHINE_TOKEN);
  const clock = join(dataFolder, 'clock');
  let aheadMs = 0;
  writeFileSync(clock, `${aheadMs}`);
  const environment = {
    GOOGLE_CLOUD_PROJECT: pinwardProject,
    FIRESTORE_EMULATOR_HOST: emulators.firestore,
    PUBSUB_EMULATOR_HOST: emulators.pubsub,
    PINWARD_SLACK_URL: slackUrl,
    PINWARD_VERTEX_ENDPOINT: garden,
    PINWARD_PROJECTS: probedProject,
    PINWARD_ORGANISATION: 'bundles',
    PINWARD_KEY_FILE: join(dataFolder, 'signing-key.pem'),
    NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'moved-clock.mjs'))}`,
    MOVED_CLOCK: clock,
    ...tokens,
  };
  const start = (target: Target, over = {}) => Deployed.start(target, { ...environment, ...over }, folders[target]);
  const api = await start('api');
  const probe = await start('probe');
  const announce = await start('announce', { PINWARD_URL: api.url });
  await api.untilAnswers();
  await announce.untilAnswers();
  pointAtEmulators(emulators);
  await subscribePush(pinwardProject, defaultTopic, announce.url + pushPath(pinwardProject, defaultTopic));
  return {
    url: api.url,
    dataFolder,
    adminToken: tokens.PINWARD_ADMIN_TOKEN,
    probe: () => run(probe),
    passMinutes(minutes) {
      aheadMs += minutes * 60_000;
      writeFileSync(clock, `${aheadMs}`);
    },
    async close() {
      await Promise.all([api, probe, announce].map((each) => each.stop()));
    },
  };
}

/** Starts one run of the probe, as the schedule does. */
async function run(probe: Deployed): Promise<void> {
  const response = await fetch(probe.url, { method: 'POST' });
  if (response.status !== 200) throw new Error(`the probe answered ${response.status}: ${await response.text()}`);
  await response.text();
}
