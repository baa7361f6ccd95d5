// Checks of what the versions of Claude Code in a fleet can do: the bounds that a policy sets, and what a lock and a
// residency need.

import type { Finding } from '../fault.ts';
import { suffixFor } from '../models/catalogue.ts';
import { type CliNeed, locationNeed, lockedSuffixRefused, lockNeeds, needOf } from '../models/claude-code.ts';
import { compareVersions, isRelease } from '../models/version.ts';
import { newestKnown } from '../policy/known-settings.ts';
import { pointer } from '../policy/pointer.ts';
import { error, type LintedRing, type LintInput, settingOf, settingPath, warning } from './linted-ring.ts';

/** A minimum that no known version has: no client would start before a newer one is out. */
export function checkMinimum(linted: LintedRing, input: LintInput): readonly Finding[] {
  const minimum = settingOf(linted, input, 'requiredMinimumVersion');
  if (minimum === undefined || compareVersions(minimum, newestKnown) <= 0) return [];
  const path = settingPath(linted, ['requiredMinimumVersion']);
  const message = `the newest known Claude Code is ${newestKnown}: if there is no ${minimum}, none would start`;
  return [
    warning('minimum_unknown', path, message, `Write ${newestKnown} or lower, or leave it if you run ${minimum}.`),
  ];
}

/** Bounds that no version is within, and a maximum that is too low for a model or the location. */
export function checkBounds(linted: LintedRing, input: LintInput): readonly Finding[] {
  const maximum = settingOf(linted, input, 'requiredMaximumVersion');
  if (maximum === undefined) return [];
  const path = settingPath(linted, ['requiredMaximumVersion']);
  const excluded = (['requiredMinimumVersion', 'minimumVersion'] as const).flatMap((key) => {
    const minimum: unknown = settingOf(linted, input, key);
    if (typeof minimum !== 'string' || !isRelease(minimum) || compareVersions(minimum, maximum) <= 0) return [];
    const message = `no Claude Code is at least ${minimum} (${key}) and at most ${maximum}: it would not start`;
    return [error('versions_exclude', path, message, `Write a maximum from ${minimum} on, or lower ${key}.`)];
  });
  const called = [...linted.pins, ...linted.named].map(({ catalogueModel, endpoint, model }) => {
    const need = catalogueModel === null ? null : needOf(catalogueModel, endpoint.location, linted.location);
    return { need, other: `another model than ${model}` };
  });
  // Without a pin, the built-in models are called in the ring's location.
  const unpinned = { need: locationNeed(linted.location), other: `another location than ${linted.location}` };
  const tooLow = (called.length === 0 ? [unpinned] : called).flatMap(({ need, other }) => {
    if (need === null || compareVersions(maximum, need.version) >= 0) return [];
    const message = `${need.what} needs Claude Code ${need.version}, but requiredMaximumVersion allows only ${maximum}`;
    const fix = `Raise requiredMaximumVersion to ${need.version} or later, or choose ${other}.`;
    return [error('maximum_too_low', path, message, fix)];
  });
  return [...excluded, ...tooLow];
}

/** What clients that the policy lets start would not hold of the lock. */
export function checkLock(linted: LintedRing, input: LintInput): readonly Finding[] {
  const unmet = linted.locked ? unmetBy(linted, input, lockNeeds) : [];
  const parts = unmet.map(({ what, version }) => `from ${version} on ${what}`).join(', ');
  return findNeeds(
    linted,
    input,
    'lock',
    unmet,
    `old versions of Claude Code do not hold the lock: they only ${parts}`,
  );
}

/** Pins whose 1M context some clients don't get under a lock. */
export function checkLockedSuffix(linted: LintedRing, input: LintInput): readonly Finding[] {
  const { from, before } = lockedSuffixRefused;
  const minimum = settingOf(linted, input, 'requiredMinimumVersion');
  const maximum = settingOf(linted, input, 'requiredMaximumVersion');
  const isHeld = minimum !== undefined && compareVersions(minimum, before) >= 0;
  if (!linted.locked || isHeld || (maximum !== undefined && compareVersions(maximum, from) < 0)) return [];
  return linted.pins.flatMap(({ pin, family, catalogueModel }) => {
    const suffix = suffixFor(catalogueModel?.context1m.value ?? null, from);
    if (pin?.context1m !== true || suffix === '') return [];
    const path = pointer('', ['rings', linted.at, 'pins', family, 'context1m']);
    const message = `Claude Code ${from} to before ${before} refuses ${family} with ${suffix} under a lock: a machine that states such a version gets the pin without the 1M context, and one that states none runs another pin`;
    const fix = `Write "requiredMinimumVersion": "${before}" in "settings" to keep these from starting, remove "context1m", or accept this.`;
    return [warning('locked_context1m_needs_client', path, message, fix)];
  });
}

/** A residency keeps every known model in one place, so a pin can't leave it. */
export function checkResidency(linted: LintedRing, input: LintInput): readonly Finding[] {
  const { ring, at, location } = linted;
  if (!(ring.residency ?? input.policy.residency ?? false)) return [];
  const path = ring.residency === undefined ? '/residency' : pointer('', ['rings', at, 'residency']);
  if (location === 'global') {
    const fix = 'Set "location" to a multi-region or a region, or remove "residency".';
    return [error('residency_global', path, 'calls to global may be answered in any country', fix)];
  }
  const left = linted.pins.flatMap(({ pin, family, endpoint, locationPath }) => {
    if (pin === null || isWithin(endpoint.location, location)) return [];
    const message = `${family} is pinned in ${endpoint.location}, which leaves ${location}, where ring ${ring.name} must stay`;
    return [
      error('residency_left', locationPath, message, `Remove the location of the pin, or choose one in ${location}.`),
    ];
  });
  const need = locationNeed(location);
  const unmet = unmetBy(linted, input, need === null ? [] : [need]);
  const message = `Claude Code before ${need?.version} calls a wrong address for ${location}, so it can't work there`;
  return [...left, ...findNeeds(linted, input, 'residency', unmet, message)];
}

function isWithin(location: string, around: string): boolean {
  if (location === around) return true;
  return (around === 'eu' && location.startsWith('europe-')) || (around === 'us' && location.startsWith('us-'));
}

/** The needs that a client may fail which the policy lets start. */
function unmetBy(linted: LintedRing, input: LintInput, needs: readonly CliNeed[]): readonly CliNeed[] {
  const minimum = settingOf(linted, input, 'requiredMinimumVersion');
  return needs.filter(({ version }) => minimum === undefined || compareVersions(minimum, version) < 0);
}

function findNeeds(
  linted: LintedRing,
  input: LintInput,
  key: 'lock' | 'residency',
  unmet: readonly CliNeed[],
  message: string,
): readonly Finding[] {
  const version = unmet.at(-1)?.version;
  if (version === undefined) return [];
  const { ring, at } = linted;
  const path = ring[key] === undefined ? `/${key}` : pointer('', ['rings', at, key]);
  const maximum = settingOf(linted, input, 'requiredMaximumVersion');
  const raise =
    maximum !== undefined && compareVersions(maximum, version) < 0
      ? 'Raise requiredMaximumVersion, and write'
      : 'Write';
  const fix = `${raise} "requiredMinimumVersion": "${version}" in "settings" to keep older ones from starting (2.1.163 and later obey it), or accept this.`;
  return [warning(`${key}_needs_client`, path, message, fix)];
}
