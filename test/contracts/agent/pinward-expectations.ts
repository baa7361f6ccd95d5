/** What pinward.sh does beyond the rules after each attack: it prints and records the reason, and keeps every format. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../agents/posix/machine.ts';
import { bodyOf, type Format } from './faulty-server.ts';
import { type Expectations, excerpt } from './rule.ts';
import type { Trial } from './trial.ts';

export const pinwardExpectations: Expectations = {
  afterFailure: (trial, { login, starts, reason }) => {
    const { held } = trial.world;
    if (login.code !== 0) return `login exits with ${login.code}`;
    if (!reason.test(login.err)) return `login prints ${excerpt(login.err)}`;
    if (!reason.test(stateFile(trial, 'settings.json.state'))) return 'the state lacks the reason';
    if (starts.env !== bodyOf(held, 'sh')) return `env prints ${excerpt(starts.env)}`;
    return starts.helper === bodyOf(held, 'helper.json') ? undefined : `helper prints ${excerpt(starts.helper)}`;
  },
  afterRecovery: async (trial, login) => {
    if (login.code !== 0 || login.err !== '') return `login exits with ${login.code} and prints ${excerpt(login.err)}`;
    for (const [command, format] of [
      ['env', 'sh'],
      ['helper', 'helper.json'],
    ] as const) {
      const { code, err } = await trial.runLater(command, 7200);
      if (code !== 0 || err !== '') return `${command} exits with ${code} and prints ${excerpt(err)}`;
      await until(() => stateFile(trial, format) === bodyOf(trial.world.next, format)); // helper does not wait for its update
    }
    return undefined;
  },
};

function stateFile({ root }: Trial, name: Format | `${Format}.state`): string {
  return readFileSync(join(root, `var/lib/pinward/pins.${name}`), 'utf8');
}
