// The share of machines that failed, over the time that this page has been looking. The service keeps no earlier counts.

import { useEffect, useState } from 'preact/hooks';
import type { Replies } from '../../client/replies.ts';
import { duration } from '../../parts/time.tsx';

type Rollout = Replies['/v1/rollouts/{rollout}'];

interface Sample {
  readonly at: number;
  readonly percent: number;
}

const most = 500;
const seen = new Map<number, readonly Sample[]>();

export function FailuresChart({ rollout }: { readonly rollout: Rollout }) {
  const samples = useSamples(rollout);
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length < 2) return null;
  const limit = rollout.abortAtFailurePercent;
  const top = Math.max(limit * 1.25, ...samples.map(({ percent }) => percent));
  const x = (at: number) => ((at - first.at) / (last.at - first.at)) * 300;
  const y = (percent: number) => 58 - (percent / top) * 56;
  const label = `Failed in the last ${duration(Math.round((last.at - first.at) / 1000))}: from ${first.percent} % to ${last.percent} %; ${limit} % abort it`;
  return (
    <figure class="failures">
      <svg viewBox="0 0 300 60" role="img" aria-label={label} preserveAspectRatio="none">
        <line class="limit" x1="0" x2="300" y1={y(limit)} y2={y(limit)} />
        <polyline points={samples.map(({ at, percent }) => `${x(at)},${y(percent)}`).join(' ')} />
      </svg>
      <figcaption>{label}</figcaption>
    </figure>
  );
}

function useSamples(rollout: Rollout): readonly Sample[] {
  const { id, reports, failed } = rollout;
  const [samples, setSamples] = useState(seen.get(id) ?? []);
  // Every reading is a sample, also one of the same numbers.
  useEffect(() => {
    const percent = reports === 0 ? 0 : Math.round((failed / reports) * 1000) / 10;
    const next = [...(seen.get(id) ?? []), { at: Date.now(), percent }].slice(-most);
    seen.set(id, next);
    setSamples(next);
  }, [rollout]);
  return samples;
}
