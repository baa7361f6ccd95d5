// What an upgrade or a rollout waits for, in the service's own words.

import type { Upgrade } from '../client/replies.ts';
import { Time } from './time.tsx';

type Wait = Upgrade['waits'][number];

export function Waits({ waits }: { readonly waits: readonly Wait[] }) {
  if (waits.length === 0) return null;
  return (
    <ul class="waits">
      {waits.map(({ text, until }) => (
        <li key={text}>
          {text}
          {until !== null && (
            <>
              {' '}
              (<Time at={until} />)
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
