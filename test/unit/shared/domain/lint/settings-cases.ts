// Cases of settings that would stop or misroute a fleet: providers, bounds of versions, keys and forms.

import { pins, policy, ring } from '../../../../support/world.ts';
import { passing, type ShippedCase } from './shipped-case.ts';

export const settingsCases: readonly ShippedCase[] = [
  ...['BEDROCK', 'FOUNDRY', 'MANTLE', 'ANTHROPIC_AWS', 'ANTHROPIC_GOOGLE_CLOUD', 'GATEWAY'].map((provider) => ({
    what: `the switch of ${provider}`,
    policy: passing({ env: { [`CLAUDE_CODE_USE_${provider}`]: '1' } }),
    finds: [`error other_provider /settings/env/CLAUDE_CODE_USE_${provider}`],
  })),
  {
    what: "a switch in lower case, which Windows takes, in the ring's own settings",
    policy: policy({ rings: [ring({ settings: { env: { claude_code_use_bedrock: 'true' } } })] }),
    finds: ['error other_provider /rings/0/settings/env/claude_code_use_bedrock'],
  },
  {
    what: 'a host program that would choose',
    policy: passing({ env: { CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: '1' } }),
    finds: ['error other_provider /settings/env/CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST'],
  },
  {
    what: 'a switch that is off, and another that only sounds alike',
    policy: passing({ env: { CLAUDE_CODE_USE_BEDROCK: '0', CLAUDE_CODE_USE_POWERSHELL_TOOL: '1' } }),
    finds: [],
  },
  ...[['anthropic'], []].map((allowedProviders) => ({
    what: `allowedProviders ${JSON.stringify(allowedProviders)}`,
    policy: passing({ allowedProviders }),
    finds: ['error provider_excluded /settings/allowedProviders'],
  })),
  { what: 'vertex among the providers', policy: passing({ allowedProviders: ['bedrock', 'vertex'] }), finds: [] },
  {
    what: 'a gateway that allowedProviders would stop',
    policy: passing({ allowedProviders: ['vertex'], env: { ANTHROPIC_VERTEX_BASE_URL: 'https://gateway.test/v1' } }),
    finds: ['error provider_excluded /settings/allowedProviders'],
    fix: /"customEndpoint"/,
  },
  {
    what: 'a provider that nobody knows',
    policy: passing({ allowedProviders: ['vertex', 'vertx'] }),
    finds: ['warning setting_value /settings/allowedProviders/1'],
    fix: /^Did you mean "vertex"\?$/,
  },
  {
    what: 'bounds that exclude each other, below what the pins need',
    policy: passing({ requiredMinimumVersion: '2.1.290', requiredMaximumVersion: '2.1.87' }),
    finds: [
      'error versions_exclude /settings/requiredMaximumVersion',
      'error maximum_too_low /settings/requiredMaximumVersion',
    ],
  },
  {
    what: 'bounds of policy and ring that exclude each other',
    policy: policy({
      settings: { requiredMinimumVersion: '2.1.290' },
      rings: [ring({ settings: { requiredMaximumVersion: '2.1.289' } })],
    }),
    finds: ['error versions_exclude /rings/0/settings/requiredMaximumVersion'],
  },
  {
    what: 'updates that lead above the maximum',
    policy: passing({ minimumVersion: '2.1.290', requiredMaximumVersion: '2.1.289' }),
    finds: ['error versions_exclude /settings/requiredMaximumVersion'],
  },
  {
    what: 'a maximum below what a pin needs',
    policy: passing({ requiredMaximumVersion: '2.1.153' }),
    finds: ['error maximum_too_low /settings/requiredMaximumVersion'],
    fix: /2\.1\.154/,
  },
  { what: 'a maximum that is just enough', policy: passing({ requiredMaximumVersion: '2.1.154' }), finds: [] },
  {
    what: 'a maximum below what a model of the settings needs',
    policy: passing({ model: 'claude-opus-5', requiredMaximumVersion: '2.1.218' }),
    finds: ['error maximum_too_low /settings/requiredMaximumVersion'],
  },
  {
    what: 'a maximum below what the location needs',
    policy: policy({
      location: 'eu',
      settings: { requiredMaximumVersion: '2.1.112' },
      rings: [ring({ pins: { opus: { model: 'claude-opus-4-7' }, sonnet: pins.sonnet, haiku: pins.haiku } })],
      models: [
        { id: 'claude-sonnet-4-6', locations: ['eu'] },
        { id: 'claude-haiku-4-5@20251001', locations: ['eu'] },
      ],
    }),
    finds: ['error maximum_too_low /settings/requiredMaximumVersion'],
    fix: /2\.1\.113/,
  },
  {
    what: 'a minimum that no known client has',
    policy: passing({ requiredMinimumVersion: '2.1.900' }),
    finds: ['warning minimum_unknown /settings/requiredMinimumVersion'],
  },
  {
    what: 'a maximum below what the location needs, without pins',
    policy: policy({ location: 'eu', settings: { requiredMaximumVersion: '2.1.112' }, rings: [ring({ pins: {} })] }),
    finds: ['error maximum_too_low /settings/requiredMaximumVersion'],
    fix: /2\.1\.113 or later, or choose another location than eu/,
  },
  {
    what: 'a haiku with a 1M context',
    policy: passing({ model: 'haiku[1m]', env: { CLAUDE_CODE_SUBAGENT_MODEL: 'claude-haiku-4-5@20251001[1m]' } }),
    finds: [
      'warning context1m_unsupported /settings/env/CLAUDE_CODE_SUBAGENT_MODEL',
      'warning context1m_unsupported /settings/model',
    ],
    fix: /^Write "claude-haiku-4-5@20251001"\.$/,
  },
  {
    what: 'an override that leads to another family',
    policy: passing({ modelOverrides: { 'claude-opus-4-6': 'claude-haiku-4-5@20251001' } }),
    finds: ['warning override_of_family /settings/modelOverrides/claude-opus-4-6'],
  },
  {
    what: 'settings by the names that people give them',
    policy: passing({ denyModels: ['fable'], enviroment: {} }),
    finds: ['warning setting_unknown /settings/denyModels', 'warning setting_unknown /settings/enviroment'],
    fix: /"deniedModels"/,
  },
  {
    what: 'a key that is misspelt',
    policy: passing({ companyAnnoucements: ['hi'] }),
    finds: ['warning setting_unknown /settings/companyAnnoucements'],
    fix: /^Did you mean "companyAnnouncements"\?$/,
  },
  {
    what: 'a key in the wrong case',
    policy: passing({ FallbackModel: ['sonnet'] }),
    finds: ['warning setting_unknown /settings/FallbackModel'],
    fix: /"fallbackModel"/,
  },
  {
    what: 'a key that nobody knows',
    policy: passing({ quantumMode: true }),
    finds: ['warning setting_unknown /settings/quantumMode'],
    fix: /^Remove it/,
  },
  {
    what: 'a variable that is misspelt',
    policy: passing({ env: { CLAUDE_CODE_SUBAGNET_MODEL: 'opus', ACME_MODEL: 'x', ANTHROPIC_LOG: 'debug' } }),
    finds: ['warning variable_unknown /settings/env/CLAUDE_CODE_SUBAGNET_MODEL'],
    fix: /"CLAUDE_CODE_SUBAGENT_MODEL"/,
  },
  {
    what: 'a value that nobody knows',
    policy: passing({ autoUpdatesChannel: 'weekly' }),
    finds: ['warning setting_value /settings/autoUpdatesChannel'],
    fix: /latest, stable, rc/,
  },
];
