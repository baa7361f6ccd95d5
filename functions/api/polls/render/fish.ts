// The `.fish` format: exports for the fish shell. Its single quotes have two escapes: for the quote and the backslash.

import type { Resolution } from '../../../../shared/domain/serving/resolution.ts';

export function renderFish(resolution: Resolution): string {
  return Object.entries(resolution.settings.env)
    .map(([name, value]) => `set -gx ${name} '${value.replace(/['\\]/g, '\\$&')}'\n`)
    .join('');
}
