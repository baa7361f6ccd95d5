// Changes of `availableModels` and `deniedModels` with the consequences that each must have, by path and risk.

import { type Row, withPins, withSettings } from './consequence-rows.ts';

const exact = { availableModelsMatch: 'exact' };

export const raisingLists: readonly Row[] = [
  ...['OPUS', 'us.anthropic.claude-opus-4-8-v1:0', ' claude-opus-4-8', 'models/claude-opus-4-8', 'opus[1m]'].map(
    (entry): Row => [
      `a pin that is denied as ${entry}`,
      withSettings({ deniedModels: ['claude-opus-4-1'] }),
      withSettings({ deniedModels: ['claude-opus-4-1', entry] }),
      ['raises /settings/deniedModels'],
    ],
  ),
  [
    'a pin that is denied with its date',
    {},
    withSettings({ deniedModels: ['claude-haiku-4-5@20990101'] }),
    ['raises /settings/deniedModels'],
  ],
  [
    'a denied entry that nobody can read',
    {},
    withSettings({ deniedModels: ['claude opus'] }),
    ['raises /settings/deniedModels'],
  ],
  [
    'a model of a setting that is denied',
    withSettings({ model: 'claude-opus-4-6' }),
    withSettings({ model: 'claude-opus-4-6', deniedModels: ['OPUS-4-6'] }),
    ['raises /settings/deniedModels'],
  ],
  [
    'a built-in model of an alias without a pin that is denied',
    {},
    withSettings({ deniedModels: ['claude-fable-5-2'] }),
    ['raises /settings/deniedModels'],
  ],
  [
    'an older model that is denied',
    withSettings({ deniedModels: ['Opus-4-6'] }),
    { ...withSettings({ deniedModels: ['Opus-4-6'] }), ...withPins({ opus: { model: 'claude-opus-4-6' } }) },
    ['raises /pins/opus'],
  ],
  [
    'less that is denied in another spelling',
    withSettings({ deniedModels: ['claude-opus-4-6', 'fable'] }),
    withSettings({ deniedModels: ['Claude-Opus-4-6'] }),
    ['raises /settings/deniedModels'],
  ],
  [
    'a line in place of one of its models, where whole ids count',
    withSettings({ ...exact, availableModels: ['claude-sonnet-4', 'claude-sonnet-4-6', 'opus', 'haiku'] }),
    withSettings({ ...exact, availableModels: ['claude-sonnet-4-6', 'claude-sonnet-4-5@20250929', 'opus'] }),
    ['raises /settings/availableModels'],
  ],
  [
    'a model of a line, where whole ids count',
    withSettings({ ...exact, availableModels: ['claude-opus-4-8', 'claude-sonnet-4', 'sonnet', 'haiku'] }),
    withSettings({ ...exact, availableModels: ['claude-opus-4-8', 'claude-sonnet-4-6', 'haiku'] }),
    ['raises /settings/availableModels'],
  ],
  ...['claude-opus-4', 'opus', 'OPUS'].map(
    (entry): Row => [
      `${entry} in place of a model, where whole ids count`,
      withSettings({ ...exact, availableModels: ['claude-opus-4-8', 'fable', 'sonnet', 'haiku'] }),
      withSettings({ ...exact, availableModels: [entry, 'claude-opus-4-8', 'sonnet', 'haiku'] }),
      ['raises /settings/availableModels'],
    ],
  ),
  [
    'a shorter allow list that stops a pin',
    withSettings({ availableModels: ['claude-opus-4-8', 'fable', 'sonnet', 'haiku'] }),
    withSettings({ availableModels: ['fable', 'sonnet', 'haiku'] }),
    ['raises /settings/availableModels'],
  ],
  [
    'an allow list in a spelling that stops a pin',
    withSettings({ availableModels: ['opus', 'sonnet', 'haiku'] }),
    withSettings({ availableModels: ['opus-4', 'sonnet', 'claude-haiku-4-5'] }),
    ['raises /settings/availableModels'],
  ],
];

export const loweringLists: readonly Row[] = [
  [
    'a model that no machine calls and that is denied',
    {},
    withSettings({ deniedModels: ['claude-opus-5-5', 'publishers/anthropic/models/claude-sonnet-5'] }),
    ['lowers /settings/deniedModels'],
  ],
  [
    'an alias that is denied under a lock without it',
    { lock: true },
    { lock: true, ...withSettings({ deniedModels: ['fable'] }) },
    ['lowers /settings/deniedModels'],
  ],
  [
    'a shorter list of whole ids',
    withSettings({ ...exact, availableModels: ['Claude-opus-4-8', 'fable', 'sonnet', 'haiku'] }),
    withSettings({ ...exact, availableModels: ['claude-opus-4-8', 'sonnet', 'haiku'] }),
    ['lowers /settings/availableModels'],
  ],
];
