// Policies that would stop or misroute a fleet, as an admin meets them: each is refused, or taken with what was found.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { asAdmin, asMachine, type Service, startService } from '../../support/service.ts';
import { draft, pins, ring } from '../../support/world.ts';

interface Row {
  readonly what: string;
  readonly policy: Record<string, unknown>;
  readonly status: 200 | 422;
  readonly code: string;
  readonly fix: RegExp;
}

const rows: readonly Row[] = [
  refused({ env: { CLAUDE_CODE_USE_BEDROCK: '1' } }, 'other_provider', /Remove it/),
  refused({ allowedProviders: ['anthropic'] }, 'provider_excluded', /Add "vertex"/),
  refused(
    { requiredMinimumVersion: '2.1.290', requiredMaximumVersion: '2.1.87' },
    'versions_exclude',
    /a maximum from 2\.1\.290 on/,
  ),
  refused({ requiredMaximumVersion: '2.1.100' }, 'maximum_too_low', /Raise requiredMaximumVersion to 2\.1\.154/),
  refused({ model: 'claude-opus-4-6-20260205' }, 'model_unknown', /Write "claude-opus-4-6"/),
  refused(
    { env: { CLAUDE_CODE_SUBAGENT_MODEL: 'claude-haiku-4-5-20251001' } },
    'model_unknown',
    /Write "claude-haiku-4-5@20251001"/,
  ),
  refused({ verbose: 'yes' }, 'setting_form', /boolean/),
  {
    ...refused({ companyAnnoucements: ['hi'] }, 'setting_unknown', /Did you mean "companyAnnouncements"\?/),
    status: 200,
  },
  {
    what: 'opus on a sonnet',
    policy: draft({ rings: [ring({ pins: { ...pins, opus: { model: 'claude-sonnet-5-5' } } })] }),
    status: 422,
    code: 'family_differs',
    fix: /"families": \["opus"\]/,
  },
];

describe('a policy that would stop or misroute a fleet', () => {
  let service: Service;

  before(() => {
    service = startService();
  });
  after(() => service.close());

  for (const { what, policy, status, code, fix } of rows) {
    test(`is ${status === 200 ? 'taken, and told what is wrong' : 'refused'}: ${what}`, async () => {
      const { body } = await service
        .ask()
        .put('/v1/policy')
        .set(asAdmin)
        .set('If-Match', '*')
        .send(policy)
        .expect(status);

      const found = body.findings.find((finding: { code: string }) => finding.code === code);
      assert.match(found?.fix ?? '', fix);
      if (status === 422) assert.match(body.hint, fix);
    });
  }

  test('is kept from machines: what they get has no switch of another provider', async () => {
    await service.state();
    const { body } = await service.ask().get('/v1/pins.settings.json').set(asMachine).expect(200);

    assert.equal(body.env.CLAUDE_CODE_USE_BEDROCK, '');
    assert.deepEqual(body.modelOverrides['claude-opus-4-8'], 'claude-opus-4-8');
  });
});

function refused(settings: Record<string, unknown>, code: string, fix: RegExp): Row {
  return { what: JSON.stringify(settings), policy: draft({ settings }), status: 422, code, fix };
}
