// Cases of model ids, wherever a policy names them.

import { pins, policy, ring } from '../../../../support/world.ts';
import { passing, type ShippedCase } from './shipped-case.ts';

export const modelCases: readonly ShippedCase[] = [
  { what: 'a policy as it should be', policy: policy(), finds: [] },
  {
    what: 'a model id of another platform',
    policy: passing({ model: 'claude-opus-4-6-20260205' }),
    finds: ['error model_unknown /settings/model'],
    fix: /"claude-opus-4-6"/,
  },
  ...[
    ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 'claude-haiku-4-5@20251001'],
    ['anthropic.claude-opus-4-8', 'claude-opus-4-8'],
    ['claude-opus-4.8', 'claude-opus-4-8'],
    ['claude-opus-4-8@latest', 'claude-opus-4-8'],
    ['claude-haiku-4-5@latest', 'claude-haiku-4-5@20251001'],
    [' claude-opus-4-8 ', 'claude-opus-4-8'],
    ['Claude Opus 4.8', 'claude-opus-4-8'],
    ['CLAUDE-OPUS-4-8', 'claude-opus-4-8'],
    ['opus-4-8', 'claude-opus-4-8'],
    ['claude-3-haiku-20240307', 'claude-haiku-[45]-5'],
  ].map(([text = '', right]) => ({
    what: `the id ${JSON.stringify(text)} of another form`,
    policy: passing({ model: text }),
    finds: ['error model_unknown /settings/model'],
    fix: new RegExp(`^Write "${right}`),
  })),
  {
    what: 'a date behind a dash in a variable',
    policy: passing({ env: { CLAUDE_CODE_SUBAGENT_MODEL: 'claude-haiku-4-5-20251001' } }),
    finds: ['error model_unknown /settings/env/CLAUDE_CODE_SUBAGENT_MODEL'],
    fix: /"claude-haiku-4-5@20251001"/,
  },
  {
    what: 'a date that is missing, in a fallback',
    policy: passing({ fallbackModel: ['sonnet', 'claude-haiku-4-5'] }),
    finds: ['error model_unknown /settings/fallbackModel/1'],
    fix: /"claude-haiku-4-5@20251001"/,
  },
  {
    what: 'a date too many, in an override',
    policy: passing({ modelOverrides: { 'claude-opus-4-1': 'claude-opus-4-7@20260416' } }),
    finds: ['error model_unknown /settings/modelOverrides/claude-opus-4-1'],
    fix: /"claude-opus-4-7"/,
  },
  {
    what: "a model of the ring's own settings",
    policy: policy({ rings: [ring({ settings: { env: { anthropic_model: 'gpt-5' } } })] }),
    finds: ['error model_unknown /rings/0/settings/env/anthropic_model'],
  },
  {
    what: 'aliases, nothing, and ids as Vertex has them',
    policy: passing({
      model: 'opus[1m]',
      fallbackModel: ['sonnet', 'default', 'claude-opus-4-7'],
      env: { ANTHROPIC_MODEL: '', CLAUDE_CODE_SUBAGENT_MODEL: 'claude-sonnet-4-6[1m]' },
    }),
    finds: [],
  },
  {
    what: 'a pinned id with a date',
    policy: policy({ rings: [ring({ pins: { ...pins, opus: { model: 'claude-opus-4-8@20260528' } } })] }),
    finds: ['error model_unknown /rings/0/pins/opus/model'],
    fix: /"claude-opus-4-8"/,
  },
  {
    what: 'entries of lists that name no model',
    policy: passing({
      availableModels: ['opus', 'sonnet', 'haiku', 'claude-haiku-4-5-20251001'],
      deniedModels: ['claude-opus-6-6', 'opus-4-1', 'claude-sonnet-4'],
    }),
    finds: [
      'error pin_denied /rings/0/pins/sonnet/model',
      'error pin_not_available /rings/0/pins/haiku/model',
      'warning model_unknown /settings/availableModels/3',
      'warning model_unknown /settings/deniedModels/0',
    ],
  },
  {
    what: 'more models than can be checked',
    policy: passing({
      modelOverrides: Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`a${at}`, 'sonnet'])),
    }),
    finds: ['error models_too_many /settings'],
  },
  {
    what: 'a pin that the settings deny',
    policy: passing({ deniedModels: ['opus'] }),
    finds: ['error pin_denied /rings/0/pins/opus/model'],
  },
  ...[' Claude-Opus-4-8', 'us.anthropic.claude-opus-4-8-v1:0', 'models/claude-opus-4-8@20260528', 'OPUS[1m]'].map(
    (entry) => ({
      what: `a pin that the settings deny as ${entry}`,
      policy: passing({ deniedModels: [entry] }),
      finds: ['error pin_denied /rings/0/pins/opus/model'],
    }),
  ),
  {
    what: 'an entry without the date that its model has, which Claude Code takes for no prefix of it',
    policy: passing({ availableModels: ['opus', 'SONNET', 'claude-haiku-4-5'] }),
    finds: ['error pin_not_available /rings/0/pins/haiku/model', 'warning model_unknown /settings/availableModels/2'],
    fix: /"claude-haiku-4-5@20251001"/,
  },
  {
    what: 'a pin that the settings send elsewhere',
    policy: passing({ modelOverrides: { 'claude-opus-4-8': 'claude-opus-4-7' } }),
    finds: ['error pin_overridden /settings/modelOverrides/claude-opus-4-8'],
  },
  {
    what: 'a model of the settings that Google shut',
    policy: passing({ model: 'claude-3-haiku@20240307' }),
    finds: ['error model_shut /settings/model'],
  },
  {
    what: 'a model of the settings that is not served there',
    policy: policy({ location: 'us-east5', settings: { model: 'claude-opus-5' }, rings: [ring({ pins: {} })] }),
    finds: ['error location_not_served /settings/model'],
  },
  {
    what: 'a model of the settings that the lock refuses',
    policy: policy({ lock: true, settings: { requiredMinimumVersion: '2.1.286', model: 'claude-opus-4-7' } }),
    finds: ['error pin_not_available /settings/model'],
  },
  {
    what: 'a prefix where only whole ids count',
    policy: passing({
      availableModels: ['claude-opus-4', 'claude-sonnet-4-6', 'haiku'],
      availableModelsMatch: 'exact',
    }),
    finds: ['error pin_not_available /rings/0/pins/opus/model'],
  },
  {
    what: 'a pin of another family',
    policy: policy({ rings: [ring({ pins: { ...pins, opus: { model: 'claude-sonnet-5-5' } } })] }),
    finds: ['error family_differs /rings/0/pins/opus/model'],
    fix: /"families": \["opus"\]/,
  },
  {
    what: 'a pin of another family that the policy names',
    policy: policy({
      models: [{ id: 'claude-sonnet-5-5', families: ['opus'] }],
      rings: [ring({ pins: { ...pins, opus: { model: 'claude-sonnet-5-5' } } })],
    }),
    finds: [],
  },
];
