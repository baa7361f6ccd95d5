// The three JSON formats. Each text is parsed and compared before it is served: Claude Code doesn't start with a
// managed settings file that it can't parse, and ignores a helper's output without `managedSettings`.

import { isDeepStrictEqual } from 'node:util';
import type { Resolution } from '../../../../shared/domain/serving/resolution.ts';

/** `.json`: the resolution with its reasons, for people and other agents. */
export function renderJson({ ring, project, location, locked, pins, settings, reasons }: Resolution): string {
  const byFamily = Object.fromEntries(pins.map(({ family, model, location: at }) => [family, { model, location: at }]));
  return renderChecked({ ring, project, location, locked, pins: byFamily, settings, reasons });
}

/** `.settings.json`: a fragment for `managed-settings.d`, which Claude Code merges with the other files there. */
export function renderSettings({ settings }: Resolution): string {
  return renderChecked(settings);
}

/** `.helper.json`: the output of a `policyHelper`, which replaces every other source of managed settings. */
export function renderHelper({ settings }: Resolution): string {
  return renderChecked({ managedSettings: settings });
}

function renderChecked(value: object): string {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (!isDeepStrictEqual(JSON.parse(text), value)) throw new Error('the rendered JSON differs from its value');
  return text;
}
