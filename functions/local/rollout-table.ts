// The active rollouts of a local run, as a short table that is shown whenever a stage or a state in it has changed.

import type { Rollout } from '../../shared/domain/serving/rollout.ts';
import type { Store } from '../../shared/ports.ts';
import { printable } from '../printable.ts';

const heading = ['rollout', 'ring', 'family', 'to', 'stage', 'machines', 'state'];

/** Returns what shows the table if it has changed. A store that can't be read changes nothing. */
export function createRolloutTable(store: Store, write: (text: string) => void): () => Promise<void> {
  let shown = '';
  return async function showRollouts() {
    const published = await store.read('published', 'current');
    if (!published.ok) return;
    const rollouts = published.value?.value.revision.rollouts ?? [];
    const text = rollouts.length === 0 ? '' : tableOf(rollouts);
    if (text !== shown && text !== '') write(text);
    shown = text;
  };
}

function tableOf(rollouts: readonly Rollout[]): string {
  const rows = [heading, ...rollouts.map(rowOf)];
  const widths = heading.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map((row) => `  ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd());
  return `\n${lines.join('\n')}\n\n`;
}

function rowOf({ id, ring, family, to, stage, stages, state }: Rollout): string[] {
  const reached = `${stages[stage] ?? 100} %`;
  return [String(id), printable(ring), family, to.model, `${stage + 1} of ${stages.length}`, reached, state];
}
