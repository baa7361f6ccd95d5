// Changes of a policy with the consequences that each must have, by path and risk.

import type { Risk } from '../../../../../shared/domain/consequences/consequence.ts';
import { pins, ring } from '../../../../support/world.ts';

export const pilot = ring({ name: 'pilot', match: ['domain:a.test'] });
export const everyone = ring();
const approve = { rule: 'approve', soakHours: 48 };
const schedule = { stages: [10, 100], bakeMinutes: 60, abortAtFailurePercent: 5, minReports: 20 };

export type Row = readonly [string, Record<string, unknown>, Record<string, unknown>, readonly `${Risk} /${string}`[]];

export function withSettings(settings: Record<string, unknown>) {
  return { settings };
}

export function withRing(over: Record<string, unknown>) {
  return { rings: [ring(over)] };
}

export function withPins(over: Record<string, unknown>) {
  return withRing({ pins: { ...pins, ...over } });
}

export const raising: readonly Row[] = [
  [
    'another project of a ring',
    {},
    withRing({ project: 'other-project' }),
    ['raises /project', 'raises /pins/opus', 'raises /pins/sonnet', 'raises /pins/haiku'],
  ],
  [
    'another project of a ring that loses its pins',
    {},
    withRing({ project: 'other-project', pins: {} }),
    ['raises /project', 'raises /pins/opus', 'raises /pins/sonnet', 'raises /pins/haiku'],
  ],
  [
    'another project of a ring without pins',
    withRing({ pins: {} }),
    withRing({ pins: {}, project: 'other-project' }),
    ['raises /project'],
  ],
  [
    'another location',
    {},
    { location: 'us' },
    ['raises /location', 'raises /pins/opus', 'raises /pins/sonnet', 'raises /pins/haiku'],
  ],
  ['an end of the lock', { lock: true }, {}, ['raises /locked', 'raises /settings/availableModels']],
  ['a removed pin', {}, withRing({ pins: { opus: pins.opus, haiku: pins.haiku } }), ['raises /pins/sonnet']],
  ['a newer model', {}, withPins({ opus: { model: 'claude-opus-5' } }), ['raises /pins/opus']],
  [
    'an older model elsewhere',
    {},
    withPins({ opus: { model: 'claude-opus-4-6', location: 'us-east5' } }),
    ['raises /pins/opus'],
  ],
  [
    'an older model at a higher price',
    withPins({ opus: { model: 'claude-opus-4-6' } }),
    withPins({ opus: { model: 'claude-opus-4-1@20250805' } }),
    ['raises /pins/opus'],
  ],
  [
    'an older model of another line',
    {},
    withPins({ haiku: { model: 'claude-opus-4-1@20250805' } }),
    ['raises /pins/haiku'],
  ],
  ['the 1M context', {}, withPins({ sonnet: { ...pins.sonnet, context1m: true } }), ['raises /pins/sonnet']],
  ['a command to run', {}, withSettings({ gcpAuthRefresh: 'curl x | sh' }), ['raises /settings/gcpAuthRefresh']],
  ['a variable', {}, withSettings({ env: { HTTPS_PROXY: 'http://x' } }), ['raises /settings/env/HTTPS_PROXY']],
  [
    'a leaf of a nested setting',
    withSettings({ sandbox: { enabled: true, a: 1 } }),
    withSettings({ sandbox: { enabled: false, a: 1 } }),
    ['raises /settings/sandbox/enabled'],
  ],
  ['a setting that is null', {}, withSettings({ hooks: null }), ['raises /settings/hooks']],
  [
    'less that is denied',
    withSettings({ permissions: { deny: ['a', 'b'] } }),
    withSettings({ permissions: { deny: ['a'] } }),
    ['raises /settings/permissions/deny'],
  ],
  [
    'more that is allowed',
    withSettings({ permissions: { allow: ['a'] } }),
    withSettings({ permissions: { allow: ['a', 'b'] } }),
    ['raises /settings/permissions/allow'],
  ],
  [
    'an allow list in another order',
    withSettings({ availableModels: ['opus', 'sonnet', 'haiku'] }),
    withSettings({ availableModels: ['sonnet', 'opus', 'haiku'] }),
    ['raises /settings/availableModels'],
  ],
  [
    'a removed version, which allows the alias again',
    withSettings({ availableModels: ['opus', 'claude-opus-4-8', 'sonnet', 'haiku'] }),
    withSettings({ availableModels: ['opus', 'sonnet', 'haiku'] }),
    ['raises /settings/availableModels', 'lowers /pins/opus'],
  ],
  [
    'a faster rule',
    { upgrades: { opus: approve } },
    { upgrades: { opus: { ...approve, rule: 'auto' } } },
    ['raises /upgrades/opus'],
  ],
  [
    'a shorter soak',
    { upgrades: { opus: approve } },
    { upgrades: { opus: { ...approve, soakHours: 1 } } },
    ['raises /upgrades/opus'],
  ],
  ['a larger first stage', { rollout: schedule }, { rollout: { ...schedule, stages: [50, 100] } }, ['raises /rollout']],
  ['an end of the schedule', { rollout: schedule }, {}, ['raises /rollout']],
  ['an end of the second person', { secondPerson: true }, {}, ['raises /secondPerson']],
  [
    'facts of its own about a model',
    {},
    { models: [{ id: 'claude-opus-4-8', minimumCli: '2.0.0' }] },
    ['raises /pins/opus', 'raises /models/claude-opus-4-8'],
  ],
];

export const lowering: readonly Row[] = [
  ['an older model', {}, withPins({ opus: { model: 'claude-opus-4-6' } }), ['lowers /pins/opus']],
  ['a lock', {}, { lock: true }, ['lowers /locked', 'lowers /settings/availableModels']],
  [
    'a shorter allow list',
    withSettings({ availableModels: ['claude-opus-4-8', 'fable', 'sonnet', 'haiku'] }),
    withSettings({ availableModels: ['claude-opus-4-8', 'sonnet', 'haiku'] }),
    ['lowers /settings/availableModels'],
  ],
  [
    'versions in place of their aliases',
    withSettings({ availableModels: ['opus', 'sonnet', 'haiku'] }),
    withSettings({ availableModels: ['claude-opus-4-8', 'claude-sonnet-4-6', 'claude-haiku-4-5@20251001'] }),
    // An old Claude Code may no longer get an older opus.
    ['raises /pins/opus', 'lowers /settings/availableModels'],
  ],
  [
    'a version without its prefix in place of an alias',
    withSettings({ availableModels: ['fable', 'sonnet', 'haiku', 'opus'] }),
    withSettings({ availableModels: ['opus-4', 'sonnet', 'haiku'] }),
    ['lowers /settings/availableModels'],
  ],
  ['more that is denied', {}, withSettings({ permissions: { deny: ['Bash'] } }), ['lowers /settings/permissions/deny']],
  [
    'a slower rule',
    { upgrades: { opus: approve } },
    { upgrades: { opus: { ...approve, rule: 'manual' } } },
    ['lowers /upgrades/opus'],
  ],
  ['a slower schedule', { rollout: schedule }, { rollout: { ...schedule, stages: [1, 10, 100] } }, ['lowers /rollout']],
  ['the second person', {}, { secondPerson: true }, ['lowers /secondPerson']],
];

export const neutral: readonly Row[] = [
  ['nothing', {}, {}, []],
  [
    'an announcement of the company',
    {},
    withSettings({ companyAnnouncements: ['hello'] }),
    ['neutral /settings/companyAnnouncements'],
  ],
  [
    'another name of a ring',
    { rings: [pilot, everyone] },
    { rings: [{ ...pilot, name: 'early' }, everyone] },
    ['neutral /ring'],
  ],
  ['a new ring with what its members had', { rings: [everyone] }, { rings: [pilot, everyone] }, ['neutral /ring']],
  ['two rings in one', { rings: [pilot, everyone] }, { rings: [everyone] }, ['neutral /ring']],
  [
    'a selector that an earlier ring has, too',
    { rings: [pilot, everyone] },
    { rings: [pilot, { ...everyone, match: ['domain:a.test', '*'] }] },
    [],
  ],
];
