// The doctor has the real Claude Code tell which credentials it uses, whatever settings name them. `npm run test:claude` runs
// these tests.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { whyNoClient } from './client.ts';
import { askedVersions, examine, newDeveloper, place } from './developer.ts';
import { fleetForEach } from './fleet.ts';

describe('the doctor asks the real Claude Code for its credentials', { skip: whyNoClient() }, () => {
  const fleet = fleetForEach(askedVersions);

  for (const version of askedVersions)
    test(`${version}, and tries none that only the repository names`, async () => {
      const developer = newDeveloper();
      await fleet().state();
      await fleet().install('fragment');
      const naming = (file: string) => JSON.stringify({ env: { GOOGLE_APPLICATION_CREDENTIALS: file } });
      place(join(developer.home, '.claude/settings.json'), naming('/of/user.json'));
      const shell = { GOOGLE_APPLICATION_CREDENTIALS: '/of/shell.json' };
      const own = await examine(fleet().machine, developer, version, shell);
      place(join(developer.repository, '.claude/settings.json'), naming('/of/stranger.json'));
      const foreign = await examine(fleet().machine, developer, version);

      const textOf = ({ findings }: typeof own) => findings.find(({ check }) => check === 'credentials')?.text;
      assert.equal(textOf(own), 'could not read /of/user.json', own.output);
      assert.match(textOf(foreign) ?? '', /of this folder name \/of\/stranger\.json/, foreign.output);
    });
});
