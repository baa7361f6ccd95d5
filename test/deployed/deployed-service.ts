// The service as it is deployed: functions on Google's emulators, with a fake Slack and a fake garden in which every model is
// enabled. Pub/Sub pushes to announce.

import assert from 'node:assert/strict';
import { startFirestoreEmulator, startPubsubEmulator } from '../../functions/local/emulators.ts';
import { pushPath, subscribePush } from '../../functions/local/push.ts';
import { type FakeGarden, startFakeGarden } from '../support/fakes/garden.ts';
import { type FakeSlack, startFakeSlack } from '../support/fakes/slack.ts';
import { Deployed, type Target, tokens } from './deployed.ts';

export interface DeployedService {
  readonly slack: FakeSlack;
  readonly garden: FakeGarden;
  functionOf(target: Target): Deployed;
  stop(): Promise<void>;
}

export const topic = 'pinward-events';

/** From the source, or each function from its folder in `folders`. The client libraries of this process find the emulators, too. */
export async function startDeployedService(
  project: string,
  targets: readonly Target[],
  folders: Partial<Readonly<Record<Target, string>>> = {},
): Promise<DeployedService> {
  const [firestore, pubsub] = await Promise.all([startFirestoreEmulator(), startPubsubEmulator()]);
  const [slack, garden] = await Promise.all([startFakeSlack(), startFakeGarden()]);
  garden.script({}, 'enabled');
  const emulatorHosts = { FIRESTORE_EMULATOR_HOST: firestore.host, PUBSUB_EMULATOR_HOST: pubsub.host };
  Object.assign(process.env, emulatorHosts, { METADATA_SERVER_DETECTION: 'none' });
  const environment = {
    GOOGLE_CLOUD_PROJECT: project,
    ...emulatorHosts,
    PINWARD_SLACK_URL: slack.url,
    PINWARD_URL: 'https://pinward.test',
    PINWARD_VERTEX_ENDPOINT: garden.endpoint,
    ...tokens,
  };
  const functions = new Map<Target, Deployed>();
  for (const target of targets) functions.set(target, await Deployed.start(target, environment, folders[target]));
  const functionOf = (target: Target) => functions.get(target) ?? assert.fail(`${target} was not started`);
  await subscribePush(project, topic, functionOf('announce').url + pushPath(project, topic));
  return {
    slack,
    garden,
    functionOf,
    async stop() {
      await Promise.all([...functions.values()].map((each) => each.stop()));
      await Promise.all([slack.close(), garden.close(), firestore.stop(), pubsub.stop()]);
    },
  };
}
