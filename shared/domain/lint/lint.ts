// The lint: checks of a policy that its schema can't make, such as whether a model is served in its location. Each
// finding has a fix. An error stops the next revision; a warning is only shown. The checks follow mistakes that users
// of Claude Code report.

import type { Matrix } from '../availability/availability.ts';
import type { Finding } from '../fault.ts';
import { type Catalogue, extendCatalogue } from '../models/catalogue.ts';
import { endpointKey } from '../models/model-endpoint.ts';
import type { Policy } from '../policy/policy.ts';
import { checkBounds, checkLock, checkLockedSuffix, checkMinimum, checkResidency } from './client-checks.ts';
import { type Check, lintedRings, type SettingsCheck, writtenSettings } from './linted-ring.ts';
import { checkModels } from './model-checks.ts';
import { checkPins } from './pin-checks.ts';
import { checkAllowedProviders, checkSwitches } from './provider-checks.ts';
import { checkCompleteness, checkSelectors, checkSharedVariables } from './ring-checks.ts';
import { checkSettings } from './settings-checks.ts';
import { checkTexts } from './text-checks.ts';

const settingsChecks: readonly SettingsCheck[] = [checkTexts, checkSwitches];

const checks: readonly Check[] = [
  checkSelectors,
  checkCompleteness,
  checkPins,
  checkModels,
  checkSharedVariables,
  checkAllowedProviders,
  checkMinimum,
  checkBounds,
  checkLockedSuffix,
  checkLock,
  checkResidency,
];

/**
 * All findings, by ring, then by setting; each once, although rings share settings. The cost is linear in the policy.
 * `shipped` is the catalogue without the policy's own models; `day` is YYYY-MM-DD; `matrix` is null before the first run
 * of the probe.
 */
export function lint(policy: Policy, shipped: Catalogue, day: string, matrix: Matrix | null): readonly Finding[] {
  const selectors = policy.rings.flatMap(({ match }, at) => match.map((selector) => [selector, at] as const));
  const input = {
    policy,
    catalogue: extendCatalogue(shipped, policy.models),
    matrix,
    cells: new Map(matrix?.cells.map((cell) => [endpointKey(cell), cell])),
    firstRings: new Map(selectors.toReversed()),
    day,
  };
  const written = writtenSettings(policy);
  const found = [
    ...lintedRings(input).flatMap((ring) => checks.flatMap((check) => check(ring, input))),
    ...written.flatMap((each) => settingsChecks.flatMap((check) => check(each, input))),
    ...checkSettings(written),
  ];
  const byText = new Map(found.map((finding) => [`${finding.code} ${finding.path} ${finding.message}`, finding]));
  return [...byText.values()];
}
