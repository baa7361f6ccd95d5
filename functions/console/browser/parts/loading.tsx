// What a view shows before its first answer: that it is being read, or why it can't be.

import type { Problem } from '../client/replies.ts';
import { ProblemView } from './problem-view.tsx';

interface Awaited {
  readonly value: unknown;
  readonly problem: Problem | null;
}

/** Nothing once all answers are there and none failed. */
export function Loading({ of }: { readonly of: readonly Awaited[] }) {
  // Without a policy, screens say what to do next.
  const failed = of.find(({ problem }) => problem !== null && problem.code !== 'no_policy');
  if (failed !== undefined) return <ProblemView problem={failed.problem} />;
  const isWaiting = of.some(({ value, problem }) => value === null && problem === null);
  return isWaiting ? (
    <p class="quiet" role="status">
      Reading…
    </p>
  ) : null;
}
