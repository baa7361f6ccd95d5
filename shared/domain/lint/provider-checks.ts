// Checks of what would take machines off Vertex, or keep Claude Code from starting there.

import type { Finding } from '../fault.ts';
import { hostSwitches, providerSwitches } from '../models/claude-code.ts';
import { knownProviders } from '../policy/known-settings.ts';
import { isGatewaySet } from '../serving/written-settings.ts';
import { error, type LintedRing, settingPath, warning } from './linted-ring.ts';

const switches = new Set([...providerSwitches, ...hostSwitches]);

export function checkProviders(linted: LintedRing): readonly Finding[] {
  return [
    ...Object.entries(linted.settings.env ?? {}).flatMap(([name, value]) => checkSwitch(linted, name, value)),
    ...checkAllowedProviders(linted),
  ];
}

function checkSwitch(linted: LintedRing, name: string, value: string): readonly Finding[] {
  const isOff = /^(?:|0|false|no|off)$/i.test(value.trim());
  if (isOff || !switches.has(name.toUpperCase())) return []; // Windows ignores case in names of variables
  const message = `${name} takes Claude Code off Vertex, where the pins do not count`;
  const fix = 'Remove it. Pinward keeps the switches of other providers empty.';
  return [error('other_provider', settingPath(linted, ['env', name]), message, fix)];
}

function checkAllowedProviders(linted: LintedRing): readonly Finding[] {
  const allowed: unknown = linted.settings['allowedProviders'];
  if (!Array.isArray(allowed)) return [];
  const path = settingPath(linted, ['allowedProviders']);
  const missing = ['vertex', ...(isGatewaySet(linted.settings.env ?? {}) ? ['customEndpoint'] : [])].filter(
    (provider) => !allowed.includes(provider),
  );
  if (missing.length > 0) {
    const message = `allowedProviders without ${missing.join(' and ')}: Claude Code would not start on these machines`;
    return [error('provider_excluded', path, message, `Add ${missing.map((each) => `"${each}"`).join(' and ')}.`)];
  }
  const unknown = allowed.filter((provider) => !knownProviders.includes(String(provider)));
  if (unknown.length === 0) return [];
  const fix = `The known ones are: ${knownProviders.join(', ')}.`;
  return [warning('provider_unknown', path, `Claude Code knows no provider ${unknown.join(', ')}`, fix)];
}
