// The share of the machines that had failed, from the start of a rollout to its end or to now, as the service noted it. Thin lines
// are the stages.

import type { Replies } from '../../client/replies.ts';
import { duration } from '../../parts/time.tsx';

type Rollout = Replies['/v1/rollouts/{rollout}'];

interface Point {
  readonly at: number;
  /** Percent of the machines that had reported. */
  readonly failed: number;
  /** Percent of the ring that the rollout served. */
  readonly stage: number;
}

const [width, height] = [300, 60];

export function FailuresChart({ rollout }: { readonly rollout: Rollout }) {
  const points = pointsOf(rollout, Date.now());
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || first.at === last.at) return null;
  const limit = rollout.abortAtFailurePercent;
  const most = Math.max(...points.map(({ failed }) => failed));
  const top = Math.max(limit * 1.25, most);
  const x = (at: number) => ((at - first.at) / (last.at - first.at)) * width;
  const y = (percent: number) => height - 2 - (percent / top) * (height - 4);
  // What was noted holds until the next note.
  const steps = points.flatMap(({ at, failed }, index) => [
    ...(index === 0 ? [] : [`${x(at)},${y(points[index - 1]?.failed ?? 0)}`]),
    `${x(at)},${y(failed)}`,
  ]);
  const stages = points.filter(({ stage }, index) => index > 0 && stage !== points[index - 1]?.stage);
  const label = `Failed over ${duration(Math.round((last.at - first.at) / 1000))}: at most ${most} %, at the end ${last.failed} %; more than ${limit} % abort it`;
  return (
    <figure class="failures">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label} preserveAspectRatio="none">
        {stages.map(({ at }) => (
          <line key={at} class="stage" x1={x(at)} x2={x(at)} y1="0" y2={height} />
        ))}
        <line class="limit" x1="0" x2={width} y1={y(limit)} y2={y(limit)} />
        <polyline points={steps.join(' ')} />
      </svg>
      <figcaption>{label}</figcaption>
    </figure>
  );
}

/** The start, when nobody had reported; what was noted; and what is so now. Nothing of rollouts of which nothing was noted. */
function pointsOf(
  { history, reports, failed, percent, stages, startedAt, endedAt }: Rollout,
  now: number,
): readonly Point[] {
  const start = { at: Date.parse(startedAt), failed: 0, stage: stages[0] ?? 0 };
  const noted = history.map((sample) => pointOf(Date.parse(sample.at), sample, sample.percent));
  const last = noted.at(-1);
  if (last === undefined) return [];
  if (endedAt !== null) return [start, ...noted, { ...last, at: Date.parse(endedAt) }];
  return [start, ...noted, pointOf(Math.max(now, last.at), { reports, failed }, percent)];
}

function pointOf(at: number, { reports, failed }: Pick<Rollout, 'reports' | 'failed'>, stage: number): Point {
  return { at, failed: reports === 0 ? 0 : Math.round((failed / reports) * 1000) / 10, stage };
}
