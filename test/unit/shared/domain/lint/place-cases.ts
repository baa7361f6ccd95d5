// Cases of what depends on the machines and on Vertex: locks, residencies, what the probe saw, families without a pin.

import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { cell, matrix, pins, policy, ring } from '../../../../support/world.ts';
import type { ShippedCase } from './shipped-case.ts';

const newest = { requiredMinimumVersion: '2.1.286' };
const onlyOpus = ring({ pins: { opus: pins.opus } });

export const placeCases: readonly ShippedCase[] = [
  {
    what: 'a lock that older clients do not hold',
    policy: policy({ lock: true }),
    finds: ['warning lock_needs_client /lock'],
    fix: /"requiredMinimumVersion": "2\.1\.286"/,
    message: /from 2\.1\.196 on .*from 2\.1\.283 on .*from 2\.1\.286 on /,
  },
  {
    what: 'a lock that the oldest allowed client holds in part',
    policy: policy({ lock: true, settings: { requiredMinimumVersion: '2.1.283' } }),
    finds: ['warning lock_needs_client /lock'],
    message: /do not hold the lock: they only from 2\.1\.286 on refuse other providers$/,
  },
  { what: 'a lock that all allowed clients hold', policy: policy({ lock: true, settings: newest }), finds: [] },
  {
    what: 'a locked pin whose 1M context some clients refuse',
    policy: locked({ requiredMinimumVersion: '2.1.259' }),
    finds: ['warning locked_context1m_needs_client /rings/0/pins/sonnet/context1m', 'warning lock_needs_client /lock'],
    message: /2\.1\.207 to before 2\.1\.260 refuses sonnet with \[1m\]/,
  },
  {
    what: 'a locked pin with a 1M context on clients that take it',
    policy: locked({ requiredMinimumVersion: '2.1.260' }),
    finds: ['warning lock_needs_client /lock'],
  },
  {
    what: 'a residency in global',
    policy: policy({ residency: true }),
    finds: ['error residency_global /residency'],
  },
  {
    what: 'a residency that a pin leaves, on clients that are too old',
    policy: resident({ opus: { model: 'claude-opus-4-8', location: 'global' } }),
    finds: ['error residency_left /rings/0/pins/opus/location', 'warning residency_needs_client /rings/0/residency'],
  },
  {
    what: 'a residency that a pin in a region of the multi-region keeps',
    policy: resident({ opus: { model: 'claude-opus-4-6', location: 'europe-west1' } }, { ...newest }),
    finds: [],
  },
  {
    what: 'a model in a place where the catalogue has it not',
    policy: inEu(),
    finds: [
      'error location_not_served /rings/0/pins/sonnet/model',
      'error location_not_served /rings/0/pins/haiku/model',
    ],
    fix: /\?probe/,
  },
  {
    what: 'a model in a place where the catalogue has it not, and the probe saw it answer',
    policy: inEu(),
    matrix: matrix(['claude-sonnet-4-6', pins.haiku.model].map((model) => cell(model, { location: 'eu' }))),
    finds: [
      'warning location_not_served /rings/0/pins/sonnet/model',
      'warning location_not_served /rings/0/pins/haiku/model',
    ],
    message: /not served in eu, by the catalogue; but claude-sonnet-4-6 answered project acme-claude in eu/,
  },
  {
    what: 'a model that answered there before, so that its loss stops no other change',
    policy: inEu(),
    matrix: matrix(
      ['claude-sonnet-4-6', pins.haiku.model].map((model) => cell(model, { location: 'eu', state: 'not_enabled' })),
    ),
    finds: [
      'warning location_not_served /rings/0/pins/sonnet/model',
      'warning location_not_served /rings/0/pins/haiku/model',
    ],
  },
  {
    what: 'a model with @default, where its bare id answered',
    policy: policy({
      rings: [ring({ pins: { ...pins, opus: { model: 'claude-opus-4-6@default', location: 'asia-south1' } } })],
    }),
    matrix: matrix([cell('claude-opus-4-6', { location: 'asia-south1' })]),
    finds: ['error location_not_served /rings/0/pins/opus/model'],
    fix: /^Write "claude-opus-4-6"\.$/,
  },
  {
    what: 'a model that nobody knows and that answered',
    policy: policy({ rings: [ring({ pins: { ...pins, opus: { model: 'claude-opus-7' } } })] }),
    matrix: matrix([cell('claude-opus-7')]),
    finds: ['warning model_unknown /rings/0/pins/opus/model'],
  },
  {
    what: 'a model that answered another project',
    policy: policy({ rings: [ring({ pins: { ...pins, opus: { model: 'claude-opus-7' } } })] }),
    matrix: matrix([cell('claude-opus-7', { project: 'acme-labs' })]),
    finds: ['error model_unknown /rings/0/pins/opus/model'],
  },
  {
    what: 'opus alone, before the first probe',
    policy: policy({ rings: [onlyOpus] }),
    finds: ['warning pins_incomplete /rings/0/pins'],
    message:
      /sonnet falls to Claude Code's built-in claude-sonnet-5-5 .*or claude-sonnet-4-5@20250929.*haiku falls to .*at its price/,
  },
  {
    what: 'opus alone, where the project has nothing else',
    policy: policy({ rings: [onlyOpus] }),
    matrix: matrix([cell('claude-opus-4-8'), cell('claude-sonnet-4-5@20250929', { state: 'not_enabled' })]),
    finds: ['warning pins_incomplete /rings/0/pins'],
    message:
      /claude-sonnet-4-5@20250929 \(does not answer: not_enabled\), in project acme-claude .*claude-haiku-4-5@20251001 \(not known to answer\)/,
    fix: /Enable a sonnet for project acme-claude, or write \{"id": "claude-opus-4-8", "families": \["sonnet"\]\}/,
  },
  {
    what: 'opus alone, where another sonnet answers',
    policy: policy({ rings: [onlyOpus] }),
    matrix: matrix([cell('claude-opus-4-8'), cell('claude-sonnet-4-6'), cell('claude-haiku-4-5@20251001')]),
    finds: ['warning pins_incomplete /rings/0/pins'],
    fix: /Pin sonnet to "claude-sonnet-4-6"\. Pin haiku to "claude-haiku-4-5@20251001"/,
  },
  {
    what: 'sonnet and haiku alone, where one of the built-in opuses answers',
    policy: policy({
      settings: { requiredMinimumVersion: '2.1.219' },
      rings: [ring({ pins: { sonnet: pins.sonnet, haiku: pins.haiku } })],
    }),
    matrix: matrix([cell('claude-opus-5'), cell('claude-opus-5-5', { state: 'not_enabled' })]),
    finds: ['warning pins_incomplete /rings/0/pins'],
    message: /claude-opus-5-5 \(does not answer: not_enabled\) or claude-opus-5 \(answers\).*global$/,
    fix: /^Pin opus to "claude-opus-5"\.$/,
  },
  {
    what: 'sonnet alone, where nothing else answers',
    policy: policy({ rings: [ring({ pins: { sonnet: pins.sonnet, haiku: pins.haiku } })] }),
    matrix: matrix([cell('claude-sonnet-4-6')]),
    finds: ['warning pins_incomplete /rings/0/pins'],
    fix: /^Enable an opus for project/,
  },
  {
    what: 'no pins, where nobody knows the built-in models',
    policy: policy({ rings: [ring({ pins: {} })] }),
    matrix: matrix([cell('claude-sonnet-4-6')]),
    finds: ['warning pins_incomplete /rings/0/pins'],
    message: /^opus and sonnet and haiku without a pin: opus falls to .*\(not known to answer\)/,
    fix: /^Pin opus too\. Pin sonnet to "claude-sonnet-4-6"\. Pin haiku too\.$/,
  },
  {
    what: 'opus alone under a lock, which lets no built-in model through',
    policy: policy({ lock: true, settings: newest, rings: [onlyOpus] }),
    matrix: matrix([cell('claude-opus-4-8')]),
    finds: ['warning pins_incomplete /rings/0/pins'],
    message: /: the lock lets no sonnet through; the lock lets no haiku through$/,
  },
];

function resident(own: Record<string, unknown>, settings: Record<string, unknown> = {}): Policy {
  const models = [
    { id: 'claude-sonnet-4-6', locations: ['eu'] },
    { id: 'claude-haiku-4-5@20251001', locations: ['eu'] },
  ];
  const rings = [ring({ location: 'eu', residency: true, pins: { ...pins, ...own } })];
  return policy({ rings, models, settings });
}

/** With a pin that needs a suffix for its 1M context. */
function locked(settings: Record<string, unknown>): Policy {
  const sonnet = { model: 'claude-sonnet-4-6', context1m: true };
  return policy({ lock: true, settings, rings: [ring({ pins: { ...pins, sonnet } })] });
}

function inEu(): Policy {
  return policy({ rings: [ring({ location: 'eu' })] });
}
