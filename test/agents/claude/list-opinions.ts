// How the real Claude Code reads lists of models, and what it takes for an alias without a pin, beside what the catalogue and
// the lists of Pinward say. `npm run test:claude` runs these tests.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import clients from '../../../shared/catalogue/claude-code.json' with { type: 'json' };
import { compareVersions } from '../../../shared/domain/models/version.ts';
import { isAllowedBy, isDeniedBy } from '../../../shared/domain/serving/allow-list.ts';
import { deniedSpellings } from '../../support/denied-spellings.ts';
import { whyNoClient } from './client.ts';
import { fleetForEach, pinned } from './fleet.ts';

const naming = ['2.1.219', '2.1.283', '2.1.331', '2.1.332'] as const;

describe('lists of models are read as the real Claude Code reads them', { skip: whyNoClient() }, () => {
  const fleet = fleetForEach(naming);

  for (const entry of deniedSpellings) {
    test(`a pin that is denied as ${JSON.stringify(entry)} makes the client call a model that nobody pinned`, async () => {
      const settings = { deniedModels: [entry] };
      for (const version of ['2.1.283', '2.1.332'] as const) {
        assert.notEqual((await fleet().asksBeside(settings, version)).requests[0]?.model, pinned.opus, version);
      }
      assert.ok(isDeniedBy(settings.deniedModels, pinned.opus));
    });
  }

  test('a list of models is read more strictly: what is said to let a model through does', async () => {
    const others = [
      ' Claude-OPUS-4-6',
      'opus-4',
      'claude-opus',
      'claude-opus-4-6-20260205',
      'us.anthropic.claude-opus-4-6-v1:0',
    ];
    for (const match of ['prefix', 'exact']) {
      for (const entry of others) {
        const settings = { availableModels: ['claude-opus-4-8', entry], availableModelsMatch: match };
        const isAllowed = isAllowedBy(settings.availableModels, 'claude-opus-4-6', match === 'exact');
        for (const version of ['2.1.283', '2.1.332'] as const) {
          const { requests, output } = await fleet().asksBeside(settings, version, ['--model', 'claude-opus-4-6']);
          assert.equal(requests[0]?.model === 'claude-opus-4-6', isAllowed, `${match} ${entry} ${output}`);
        }
      }
    }
  });

  test('an alias without a pin means the built-in model that is written down for the version', async () => {
    for (const [family, defaults] of Object.entries({
      fable: clients.defaultModels.fable,
      sonnet: clients.defaultModels.sonnet,
    })) {
      for (const version of naming) {
        const expected = defaults.find(({ since }) => compareVersions(version, since) >= 0)?.model;
        assert.equal(
          (await fleet().asksBeside({}, version, ['--model', family])).requests[0]?.model,
          expected,
          `${family} ${version}`,
        );
      }
    }
  });
});
