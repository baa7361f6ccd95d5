// `.env`: NAME=value lines for Docker's --env-file, systemd's EnvironmentFile and Node's --env-file. Those agree on plain
// values only; a value with other characters is quoted as Node and dotenv read it, one that no quotes can hold is left out.

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
  // Between double quotes Node reads \n as a line break, so a backslash asks for other quotes.
  const mark = ["'", '`', '"'].find(
    (candidate) => !value.includes(candidate) && !(candidate === '"' && value.includes('\\')),
  );
  return mark === undefined ? null : `${mark}${value}${mark}`;
}
