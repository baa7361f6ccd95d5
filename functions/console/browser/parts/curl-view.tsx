// The same action as a command, to copy.

import type { Call } from '../client/call.ts';
import { curlOf, headerFile } from '../client/curl.ts';
import { Copy } from './copy.tsx';
import { Code } from './scroll.tsx';

export function CurlView({ call }: { readonly call: Call }) {
  const command = curlOf(call, location.origin);
  return (
    <details class="curl">
      <summary>As a command</summary>
      <Code text={command} />
      <Copy text={command} label="Copy the command" />
      <p class="quiet">
        The file <code>{headerFile}</code> has the line <code>Authorization: Bearer TOKEN</code>.
      </p>
    </details>
  );
}
