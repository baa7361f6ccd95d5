// The `.env` format: NAME=value lines for Docker's --env-file, systemd's EnvironmentFile and Node's --env-file. These
// agree on plain values only. Any other value is quoted as Node and dotenv read it. A value that no quotes can hold is
// left out.

import type { Resolution } from '../../../../shared/domain/serving/resolution.ts';

const plain = /^[A-Za-z0-9_./:@+,=[\]%-]*$/;

export function renderEnv(resolution: Resolution): string {
  return Object.entries(resolution.settings.env)
    .map(([name, value]) => {
      const quoted = quote(value);
      return quoted === null
        ? `# ${name} is left out: its value can't be quoted in this format\n`
        : `${name}=${quoted}\n`;
    })
    .join('');
}

function quote(value: string): string | null {
  if (plain.test(value)) return value;
  // In double quotes Node reads \n as a line break, so a value with a backslash needs other quotes.
  const mark = ["'", '`', '"'].find(
    (candidate) => !value.includes(candidate) && !(candidate === '"' && value.includes('\\')),
  );
  return mark === undefined ? null : `${mark}${value}${mark}`;
}
