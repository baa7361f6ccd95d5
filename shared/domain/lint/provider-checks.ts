// Checks of what would take machines off Vertex, or keep Claude Code from starting there.

import type { Finding } from '../fault.ts';
import { hostSwitches, providerSwitches } from '../models/claude-code.ts';
import { pointer } from '../policy/pointer.ts';
import { gatewayVariable } from '../serving/written-settings.ts';
import {
  error,
  type LintedRing,
  type LintInput,
  settingOf,
  settingPath,
  variableOf,
  type WrittenSettings,
} from './linted-ring.ts';

/** More entries than this are none that Claude Code has. */
const maxProviders = 50;
const switches = new Set([...providerSwitches, ...hostSwitches]);

export function checkSwitches({ settings, path }: WrittenSettings): readonly Finding[] {
  return Object.entries(settings.env ?? {}).flatMap(([name, value]) => {
    const isOff = /^(?:|0|false|no|off)$/i.test(value);
    if (isOff || !switches.has(name.toUpperCase())) return []; // Windows ignores case in names of variables
    const message = `${name} takes Claude Code off Vertex, where the pins do not count`;
    const fix = 'Remove it. Pinward keeps the switches of other providers empty.';
    return [error('other_provider', pointer(path, ['env', name]), message, fix)];
  });
}

export function checkAllowedProviders(linted: LintedRing, input: LintInput): readonly Finding[] {
  const allowed: unknown = settingOf(linted, input, 'allowedProviders');
  if (!Array.isArray(allowed)) return [];
  const path = settingPath(linted, ['allowedProviders']);
  const named = allowed.slice(0, maxProviders).map(String);
  const gateway = variableOf(linted, input, gatewayVariable) ?? '';
  const missing = ['vertex', ...(gateway === '' ? [] : ['customEndpoint'])].filter((each) => !named.includes(each));
  if (missing.length === 0) return [];
  const message = `allowedProviders without ${missing.join(' and ')}: Claude Code would not start on these machines`;
  return [error('provider_excluded', path, message, `Add ${missing.map((each) => `"${each}"`).join(' and ')}.`)];
}
