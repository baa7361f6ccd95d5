// Checks of the settings that a policy passes on: keys that Claude Code doesn't know, and values of the wrong form. The
// real client was asked about each form: from 2.1.219 on it names and ignores a wrong one, and 2.1.137 drops the whole
// file, pins included.

import type { Finding } from '../fault.ts';
import { modelVariables, providerSwitches } from '../models/claude-code.ts';
import { defectOf, meantBy } from '../policy/known-settings.ts';
import { error, type LintedRing, settingPath, warning } from './linted-ring.ts';

/** Names of variables that are worth a hint when another one is nearly the same. */
const knownVariables = [
  ...modelVariables,
  ...providerSwitches,
  'ANTHROPIC_VERTEX_BASE_URL',
  'ANTHROPIC_CUSTOM_HEADERS',
  'CLAUDE_CODE_SKIP_VERTEX_AUTH',
  'CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS',
  'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC',
  'CLAUDE_CODE_DISABLE_1M_CONTEXT',
  'DISABLE_AUTOUPDATER',
  'DISABLE_PROMPT_CACHING',
];

export function checkSettings(linted: LintedRing): readonly Finding[] {
  return [
    ...Object.entries(linted.settings).flatMap(([key, value]) => checkSetting(linted, key, value)),
    ...Object.keys(linted.settings.env ?? {}).flatMap((name) => checkVariable(linted, name)),
  ];
}

function checkSetting(linted: LintedRing, key: string, value: unknown): readonly Finding[] {
  const defect = defectOf(key, value);
  if (defect === null) return [];
  const path = settingPath(linted, [key]);
  switch (defect.kind) {
    case 'unknown': {
      const fix =
        defect.meant === null
          ? 'Remove it, or leave it if a newer Claude Code has it.'
          : `Did you mean "${defect.meant}"?`;
      return [warning('setting_unknown', path, `Claude Code is not known to have a setting ${key}`, fix)];
    }
    case 'form': {
      const message = `${key} has a value of the wrong form: Claude Code ignores it, and an old one (2.1.137) drops all managed settings with it`;
      return [error('setting_form', path, message, `Give it the form: ${defect.expected}.`)];
    }
    case 'value': {
      const message = `${key} is not known to have the value ${JSON.stringify(value)}; a Claude Code that doesn't know it ignores it, and an old one (2.1.137) drops all managed settings with it`;
      return [warning('setting_value', path, message, `The known values are: ${defect.expected}.`)];
    }
  }
}

function checkVariable(linted: LintedRing, name: string): readonly Finding[] {
  if (knownVariables.includes(name.toUpperCase())) return [];
  const meant = /^(?:ANTHROPIC|CLAUDE)/i.test(name) ? meantBy(name, knownVariables) : null;
  if (meant === null) return [];
  const message = `Claude Code is not known to read a variable ${name}`;
  return [warning('variable_unknown', settingPath(linted, ['env', name]), message, `Did you mean "${meant}"?`)];
}
