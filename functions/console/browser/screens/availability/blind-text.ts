// What the probe can't see, and why, in words: the areas of which people were told.

import type { Replies } from '../../client/replies.ts';

/** Such as `acme-claude in eu: api disabled`; empty when it sees everything. */
export function blindText(blind: Replies['/v1/availability']['blind']): string {
  return blind
    .filter(({ isNotified }) => isNotified)
    .map(({ project, location, cause, verdict }) => {
      return `${project} in ${location}: ${(cause ?? `only answers that are ${verdict}`).replaceAll('_', ' ')}`;
    })
    .join('; ');
}
