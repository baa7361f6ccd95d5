// What lint says of settings, and what the real Claude Code says of the same file: each case is put into a managed file
// of a machine without Pinward. `npm run test:claude` runs these tests.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { shippedCatalogue } from '../../../shared/catalogue/catalogue.ts';
import data from '../../../shared/catalogue/settings-keys.json' with { type: 'json' };
import type { Finding } from '../../../shared/domain/fault.ts';
import { lint } from '../../../shared/domain/lint/lint.ts';
import { Policy } from '../../../shared/domain/policy/policy.ts';
import { readDraft } from '../../../shared/domain/policy/read-draft.ts';
import type { ValueForm } from '../../../shared/domain/policy/value-form.ts';
import { day, draft } from '../../support/world.ts';
import { formCases } from '../../unit/shared/domain/lint/form-cases.ts';
import { holdingVersions, whyNoClient } from './client.ts';
import { fleetForEach, pinned } from './fleet.ts';

/** Keys that the test itself needs, and one that every text is right for. */
const own = ['$schema', 'env'];
const naming = ['2.1.219', '2.1.283', '2.1.331', '2.1.332'] as const;

describe('lint and the real Claude Code agree', { skip: whyNoClient() }, () => {
  const fleet = fleetForEach(holdingVersions);

  test('every known key with a value of the wrong form is found, and no newer client names another', async () => {
    const forms = Object.entries<ValueForm>(Object.assign({}, ...Object.values(data.keys)));
    const wrong = Object.fromEntries(
      forms
        .filter(([key]) => !own.includes(key))
        .map(([key, form]) => [key, JSON.stringify(form).includes('"type":"string"') ? 5 : 'x']),
    );
    const refused = Object.keys(wrong).filter((key) =>
      errorsOf({ [key]: wrong[key] }).some(({ severity }) => severity === 'error'),
    );

    assert.deepEqual(refused, Object.keys(wrong));
    for (const version of naming) {
      // With these two the client doesn't start, or starts another program.
      const { allowedProviders: _, policyHelper: __, ...others } = wrong;
      const { output } = await fleet().asksBeside(others, version);
      const named = [...output.matchAll(/50-team\.json \((\w+)/g)].map(([, key = '']) => key);
      assert.ok(named.length > 100, output);
      assert.deepEqual(
        named.filter((key) => !refused.includes(key)),
        [],
        version,
      );
    }
  });

  test('the forms are those that the newest client hands out in a prompt of its own', async () => {
    await fleet().asksBeside({}, '2.1.332', ['/update-config']);
    const handedOut = fleet().vertex.lastBody();
    const { client } = data.keys;

    assert.ok(handedOut.includes('Full Settings JSON Schema'));
    const [, escaped = ''] = /Full Settings JSON Schema[^{]*(\{.*?\\n\})\\n/.exec(handedOut) ?? [];
    const { properties } = JSON.parse(JSON.parse(`"${escaped}"`));
    assert.deepEqual(withoutNotes(resolved(client)), withoutNotes(properties));
  });

  test('a wrong value within a setting is named by the newest client, and a right one is not', async () => {
    for (const { what, policy, finds } of formCases) {
      const { output } = await fleet().asksBeside(policy.settings, '2.1.332');
      const named = [...output.matchAll(/50-team\.json \((\w+)/g)].map(([, key = '']) => key);
      const found = finds.filter((find) => !find.includes('setting_unknown')).map((find) => find.split('/')[2]);
      // It shows the default theme for one that it doesn't know, and doesn't start with such a list of providers.
      if (found[0] !== 'theme' && found[0] !== 'allowedProviders')
        assert.deepEqual([...new Set(named)], found, `${what}: ${output}`);
    }
  });

  test('a wrong form makes 2.1.137 drop the whole file, pins included', async () => {
    for (const { what, policy, finds } of formCases) {
      const [severity, code, path = ''] = finds[0]?.split(' ') ?? [];
      // It looks at no single rule, at no event of hooks, and at no key that came later.
      const isTaken = code !== 'setting_form' || /(?:deny|ask)\/0$|hooks\/PreToolUse$/.test(path) || isLater(path);
      if (severity === 'warning') continue;
      const { requests } = await fleet().asksBeside(policy.settings, '2.1.137');
      assert.equal(requests[0]?.project, isTaken ? 'acme-claude' : undefined, what);
    }
  });

  test('a misspelt key is silently ignored by every client, and found by lint', async () => {
    const settings = { companyAnnoucements: ['hi'] };
    for (const version of holdingVersions) {
      const { requests, output } = await fleet().asksBeside(settings, version);
      assert.equal(requests[0]?.model, pinned.opus);
      assert.doesNotMatch(output, /companyAnnoucements/);
    }
    assert.deepEqual(codesOf(settings), ['warning setting_unknown']);
  });

  test('allowedProviders without vertex, and one without the gateway, keep a client from starting; lint refuses them', async () => {
    const gateway = { ANTHROPIC_VERTEX_BASE_URL: fleet().vertex.url };
    for (const [settings, starts] of [
      [{ allowedProviders: ['anthropic'] }, false],
      [{ allowedProviders: [] }, false],
      [{ allowedProviders: ['vertex'], env: gateway }, false],
      [{ allowedProviders: ['vertex', 'customEndpoint'], env: gateway }, true],
    ] as const) {
      for (const version of ['2.1.331', '2.1.332'] as const) {
        const { status, output } = await fleet().asksBeside(settings, version);
        assert.equal(status === 0, starts, output);
      }
      assert.deepEqual(codesOf(settings), starts ? [] : ['error provider_excluded']);
    }
  });

  test('bounds that exclude each other keep a client from starting; lint refuses them', async () => {
    const settings = { requiredMinimumVersion: '2.1.290', requiredMaximumVersion: '2.1.200' };
    for (const version of naming) assert.equal((await fleet().asksBeside(settings, version)).status, 1, version);
    assert.deepEqual(codesOf(settings), ['error versions_exclude']);
  });

  test('a wrong id in a setting or a variable is called as it stands; lint refuses it and names the right one', async () => {
    const id = 'claude-opus-4-6-20260205';
    for (const settings of [{ model: id }, { env: { ANTHROPIC_MODEL: id } }]) {
      for (const version of holdingVersions) {
        assert.equal((await fleet().asksBeside(settings, version, [])).requests[0]?.model, id);
      }
      const [found] = errorsOf(settings);
      assert.equal(found?.code, 'model_unknown');
      assert.match(found?.fix ?? '', /"claude-opus-4-6"/);
    }
  });

  test("another provider's switch in managed settings takes a client off Vertex; lint refuses it", async () => {
    const settings = { env: { CLAUDE_CODE_USE_FOUNDRY: '1' } };
    for (const version of naming) assert.deepEqual((await fleet().asksBeside(settings, version)).requests, [], version);
    assert.deepEqual(codesOf(settings), ['error other_provider']);
  });
});

/** Whether a key came after 2.1.137, which therefore ignores whatever it holds. */
function isLater(path: string): boolean {
  const later = ['fallbackModel', 'deniedModels', 'strictPluginOnlyCustomization', 'allowedProviders'];
  return later.includes(path.split('/')[2] ?? '');
}

/** A form with those that it names. */
function resolved(form: unknown): unknown {
  if (Array.isArray(form)) return form.map(resolved);
  if (typeof form !== 'object' || form === null) return form;
  if ('$ref' in form) return resolved(Reflect.get(data.forms, String(form.$ref)));
  return Object.fromEntries(Object.entries(form).map(([key, inner]) => [key, resolved(inner)]));
}

/** Without what says nothing of a value, and without our own form of a rule. */
function withoutNotes(form: unknown): unknown {
  const text = JSON.stringify(form, (_, value) => {
    if (value?.title !== undefined && value.type === 'string') return { type: 'string' };
    return value?.type === undefined && value?.anyOf === undefined
      ? value
      : { ...value, description: undefined, default: undefined };
  });
  return JSON.parse(text);
}

function errorsOf(settings: Record<string, unknown>): readonly Finding[] {
  const read = readDraft(Policy, draft({ settings }));
  if (!read.ok) return read.fault.code === 'policy_invalid' ? read.fault.findings : [];
  return lint(read.value, shippedCatalogue, day, null).filter(({ code }) => code !== 'model_past_floor');
}

function codesOf(settings: Record<string, unknown>): readonly string[] {
  return [...new Set(errorsOf(settings).map(({ severity, code }) => `${severity} ${code}`))];
}
