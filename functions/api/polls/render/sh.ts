// The `.sh` format: exports for `eval` in sh, bash and zsh. In single quotes every character but the quote is literal.

import type { Resolution } from '../../../../shared/domain/serving/resolution.ts';

export function renderSh(resolution: Resolution): string {
  return Object.entries(resolution.settings.env)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('');
}
