// Findings of lint: each with its fix.

import type { Problem } from '../client/replies.ts';

export function Findings({ findings }: { readonly findings: NonNullable<Problem['findings']> }) {
  if (findings.length === 0) return null;
  return (
    <ul class="findings">
      {findings.map(({ severity, code, path, message, fix }) => (
        <li key={`${path} ${code}`}>
          <span class={`badge ${severity === 'error' ? 'bad' : 'warn'}`}>{severity}</span> <code>{path}</code> {message}
          . <span class="quiet">{fix}</span>
        </li>
      ))}
    </ul>
  );
}
