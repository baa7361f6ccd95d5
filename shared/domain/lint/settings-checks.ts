// Checks of the settings that a policy passes on: keys and variables that Claude Code doesn't know, and values of the wrong
// form. The real client was asked about each form: from 2.1.197 on it names and ignores a wrong one, and 2.1.137 drops the
// whole file, pins included.

import type { Finding } from '../fault.ts';
import { defectsOf, isUnknownVariable, meantSetting, meantVariable } from '../policy/known-settings.ts';
import { pointer } from '../policy/pointer.ts';
import { meantBy, namesOf } from '../policy/spelling.ts';
import { describeForm, type ValueDefect } from '../policy/value-form.ts';
import { error, type WrittenSettings, warning } from './linted-ring.ts';

/** A defect with the JSON pointer to the settings that have it. */
type WrittenDefect = ValueDefect & { readonly at: string };

/** More of one kind in a policy would only repeat themselves. */
const maxOfKind = 50;
/** Names of a list that are shown. */
const maxShown = 12;
const drops = 'Claude Code ignores it, and an old one (2.1.137) may drop all managed settings with it';

/** Of all settings of a policy at once: so many rings can't make it look for more. */
export function checkSettings(written: readonly WrittenSettings[]): readonly Finding[] {
  const counts = { unknown: 0, form: 0, value: 0 };
  const found: Finding[] = [];
  for (const defect of defectsIn(written)) {
    counts[defect.kind] += 1;
    if (counts[defect.kind] <= maxOfKind) found.push(findingOf(defect));
    if (counts.form === maxOfKind) break; // The policy is refused anyway.
  }
  return [...found, ...misspeltVariables(written)];
}

function* defectsIn(written: readonly WrittenSettings[]): Generator<WrittenDefect> {
  for (const { settings, path: at } of written) {
    for (const [key, value] of Object.entries(settings)) {
      for (const defect of defectsOf(key, value)) yield { ...defect, at };
    }
  }
}

function findingOf({ kind, path, at, form, known, text }: WrittenDefect): Finding {
  const place = pointer(at, path);
  const name = path.join('.').slice(0, 128);
  const meant = path.length === 1 && kind === 'unknown' ? meantSetting(text) : meantBy(text, namesOf(known));
  const didYouMean = meant === null ? null : `Did you mean "${meant}"?`;
  switch (kind) {
    case 'unknown': {
      const message = `Claude Code is not known to have a setting ${name}`;
      return warning(
        'setting_unknown',
        place,
        message,
        didYouMean ?? 'Remove it, or leave it if a newer Claude Code has it.',
      );
    }
    case 'value': {
      const message = `${name} is not known to have the value ${text.slice(0, 64)}: where that is unknown, ${drops}`;
      const more = known.length > maxShown ? ' and others' : '';
      const values = `The known values are: ${known.slice(0, maxShown).join(', ')}${more}.`;
      return warning('setting_value', place, message, didYouMean ?? values);
    }
    case 'form':
      return error(
        'setting_form',
        place,
        `${name} has a value of the wrong form: ${drops}`,
        `Give it the form: ${describeForm(form)}.`,
      );
  }
}

function misspeltVariables(written: readonly WrittenSettings[]): readonly Finding[] {
  const variables = written.flatMap(({ settings, path }) =>
    Object.keys(settings.env ?? {})
      .filter(isUnknownVariable)
      .map((name) => ({ name, path })),
  );
  return variables.slice(0, maxOfKind).flatMap(({ name, path }) => {
    const meant = meantVariable(name);
    if (meant === null) return [];
    const message = `Claude Code is not known to read a variable ${name}`;
    return [warning('variable_unknown', pointer(path, ['env', name]), message, `Did you mean "${meant}"?`)];
  });
}
