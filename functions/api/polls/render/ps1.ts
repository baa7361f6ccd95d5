// The `.ps1` format: variables for PowerShell. Any of five quote characters ends a single-quoted string; a doubled one
// is a literal quote character.

import type { Resolution } from '../../../../shared/domain/serving/resolution.ts';

export function renderPs1(resolution: Resolution): string {
  return Object.entries(resolution.settings.env)
    .map(([name, value]) => `$env:${name} = '${value.replace(/['\u2018-\u201b]/g, '$&$&')}'\n`)
    .join('');
}
