// The stages of a rollout as a bar: how much of the ring it reaches now, and where it will stop on its way.

import type { Rollout } from '../client/replies.ts';

const width = 300;

export function Stages({ rollout: { percent, stages, state } }: { readonly rollout: Rollout }) {
  const label = `${percent} % of the ring, in stages of ${stages.join(', ')} %`;
  return (
    <figure class="stages">
      <svg viewBox={`0 0 ${width} 14`} role="img" aria-label={label} preserveAspectRatio="none">
        <rect class="track" width={width} height="14" rx="4" />
        <rect class={`fill ${state}`} width={(percent / 100) * width} height="14" rx="4" />
        {stages.slice(0, -1).map((stage) => (
          <line key={stage} x1={(stage / 100) * width} x2={(stage / 100) * width} y1="0" y2="14" />
        ))}
      </svg>
      <figcaption>{label}</figcaption>
    </figure>
  );
}
