// `.ps1`: variables for PowerShell. Its single-quoted strings end at any of five quote characters; doubled, each stands
// for itself.

import type { Resolution } from '../../../../shared/domain/serving/resolution.ts';

export function renderPs1(resolution: Resolution): string {
  return Object.entries(resolution.settings.env)
    .map(([name, value]) => `$env:${name} = '${value.replace(/['\u2018-\u201b]/g, '$&$&')}'\n`)
    .join('');
}
