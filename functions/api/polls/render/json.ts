// The three JSON formats. Each is parsed back before it is served, since Claude Code doesn't start on a managed file that
// it can't read, and applies nothing of an envelope without `managedSettings`.

import { isDeepStrictEqual } from 'node:util';
import type { Resolution } from '../../../../shared/domain/serving/resolution.ts';

/** `.json`: the resolution with its reasons, for people and other agents. */
export function renderJson({ ring, project, location, locked, pins, settings, reasons }: Resolution): string {
  const byFamily = Object.fromEntries(pins.map(({ family, model, location: at }) => [family, { model, location: at }]));
  return parsedBack({ ring, project, location, locked, pins: byFamily, settings, reasons });
}

/** `.settings.json`: a fragment for `managed-settings.d`, which Claude Code merges with the other files there. */
export function renderSettings({ settings }: Resolution): string {
  return parsedBack(settings);
}

/** `.helper.json`: what a `policyHelper` prints. It replaces every other managed source. */
export function renderHelper({ settings }: Resolution): string {
  return parsedBack({ managedSettings: settings });
}

function parsedBack(value: object): string {
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (!isDeepStrictEqual(JSON.parse(text), value))
    throw new Error('the rendered JSON does not say what it was made from');
  return text;
}
