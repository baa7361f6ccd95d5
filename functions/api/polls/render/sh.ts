// `.sh`: exports for `eval` in sh, bash and zsh. Inside single quotes those read every character as it is but the quote.

import type { Resolution } from '../../../../shared/domain/serving/resolution.ts';

export function renderSh(resolution: Resolution): string {
  return Object.entries(resolution.settings.env)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('');
}
