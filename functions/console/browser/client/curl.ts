// The same call as a command line. The credential is in a file, because other users can read the arguments of a process.

import type { Call } from './call.ts';

/** A file with one line, such as `Authorization: Bearer TOKEN`. */
export const headerFile = 'pinward-header';

export function curlOf({ method, path, ifMatch, body }: Call, origin: string): string {
  const words = [
    `curl -X ${method} ${quote(origin + path)}`,
    `-H @${headerFile}`,
    ...(ifMatch === undefined ? [] : [`-H ${quote(`If-Match: ${ifMatch}`)}`]),
    ...(body === undefined ? [] : ["-H 'Content-Type: application/json'", `--data ${quote(JSON.stringify(body))}`]),
  ];
  return words.join(' \\\n  ');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
