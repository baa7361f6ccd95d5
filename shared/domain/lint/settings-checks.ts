// Checks of the settings that a policy passes on: keys that Claude Code doesn't know, and values of the wrong form. The
// real client was asked about each form: from 2.1.219 on it names and ignores a wrong one, and 2.1.137 drops the whole
// file, pins included.

import type { Finding } from '../fault.ts';
import { modelVariables, providerSwitches } from '../models/claude-code.ts';
import { defectOf, meantBy, meantSetting, type SettingDefect } from '../policy/known-settings.ts';
import { pointer } from '../policy/read-draft.ts';
import { error, type WrittenSettings, warning } from './linted-ring.ts';

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

/** More findings than this of one kind would only repeat themselves. */
const maxUnknown = 20;

export function checkSettings({ settings, path }: WrittenSettings): readonly Finding[] {
  const defects = Object.entries(settings).flatMap(([key, value]) => {
    const defect = defectOf(key, value);
    return defect === null ? [] : [{ key, value, defect }];
  });
  const unknown = defects.filter(({ defect }) => defect.kind === 'unknown').slice(0, maxUnknown);
  const wrong = defects.filter(({ defect }) => defect.kind !== 'unknown');
  const variables = Object.keys(settings.env ?? {}).filter((name) => /^(?:ANTHROPIC|CLAUDE)/i.test(name));
  return [
    ...unknown.map(({ key }) => unknownSetting(key, pointer(path, [key]))),
    ...wrong.flatMap(({ key, value, defect }) => wrongSetting(key, value, defect, pointer(path, [key]))),
    ...variables.slice(0, maxUnknown).flatMap((name) => misspelt(name, pointer(path, ['env', name]))),
  ];
}

function unknownSetting(key: string, path: string): Finding {
  const meant = meantSetting(key);
  const fix = meant === null ? 'Remove it, or leave it if a newer Claude Code has it.' : `Did you mean "${meant}"?`;
  return warning('setting_unknown', path, `Claude Code is not known to have a setting ${key.slice(0, 64)}`, fix);
}

function wrongSetting(key: string, value: unknown, defect: SettingDefect, path: string): readonly Finding[] {
  if (defect.kind === 'unknown') return [];
  const { expected } = defect;
  const drops = 'Claude Code ignores it, and an old one (2.1.137) drops all managed settings with it';
  if (defect.kind === 'form') {
    return [
      error('setting_form', path, `${key} has a value of the wrong form: ${drops}`, `Give it the form: ${expected}.`),
    ];
  }
  const message = `${key} is not known to have the value ${String(value).slice(0, 64)}: where that is unknown, ${drops}`;
  return [warning('setting_value', path, message, `The known values are: ${expected}.`)];
}

function misspelt(name: string, path: string): readonly Finding[] {
  const meant = knownVariables.includes(name.toUpperCase()) ? null : meantBy(name, knownVariables);
  if (meant === null) return [];
  const message = `Claude Code is not known to read a variable ${name}`;
  return [warning('variable_unknown', path, message, `Did you mean "${meant}"?`)];
}
