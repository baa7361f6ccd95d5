// The answer of `explain`: the ring with the selector that decides, the pins with their reasons, and the rollouts. Where the stated
// facts leave several rings possible, those.

import { addressOf } from '../../address.ts';
import type { Replies } from '../../client/replies.ts';
import { Link } from '../../parts/link.tsx';
import { Time } from '../../parts/time.tsx';
import { type Possible, possibleOf } from './possible.ts';

type Answer = Replies['/v1/explain'];

export function Explained({ answer }: { readonly answer: Answer }) {
  const possible = possibleOf(answer);
  return (
    <section class="card" aria-labelledby="explained">
      {possible === null ? <Decided answer={answer} /> : <Undecided possible={possible} />}
      <h3>Rings that were considered, in their order</h3>
      <ol class="plain">
        {answer.considered.map(({ ring, selector }) => (
          <li key={ring}>
            <Link to={addressOf('/rings', { ring })}>{ring}</Link>{' '}
            {selector === null ? (
              <span class="quiet">does not match</span>
            ) : (
              <>
                matches by <code>{selector}</code>
              </>
            )}
          </li>
        ))}
      </ol>
      <p class="quiet">
        By <Link to={addressOf('/history', { revision: answer.revision })}>revision {answer.revision}</Link>, which
        became current <Time at={answer.since} />.
      </p>
    </section>
  );
}

function Decided({ answer: { ring, project, locked, pins, reasons, rollouts } }: { readonly answer: Answer }) {
  return (
    <>
      <h2 id="explained">
        Ring <Link to={addressOf('/rings', { ring })}>{ring}</Link>
      </h2>
      <p>
        Project <code>{project}</code>, {locked ? 'locked' : 'not locked'}.
      </p>
      <dl class="facts">
        {Object.entries(pins).map(([family, { model, location }]) => (
          <>
            <dt>{family}</dt>
            <dd>
              <strong>{model}</strong> in {location}
            </dd>
          </>
        ))}
      </dl>
      <h3>Why</h3>
      <ul class="plain">
        {reasons.map(({ about, code, text }) => (
          <li key={`${about} ${code}`}>
            <strong>{about}</strong> {text}
          </li>
        ))}
      </ul>
      {rollouts.length > 0 && <h3>Rollouts in the ring</h3>}
      <ul class="plain">
        {rollouts.map(({ rollout, family, to, state, percent, bucket, reached }) => (
          <li key={rollout}>
            <Link to={addressOf('/changes', { rollout })}>Rollout {rollout}</Link> of {family} to {to} ({state},{' '}
            {percent} %): {reached ? 'has reached it' : 'has not reached it'}
            {bucket !== null && <span class="quiet"> (its bucket is {bucket / 100} %)</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

function Undecided({ possible: { hint, rings } }: { readonly possible: Possible }) {
  return (
    <>
      <h2 id="explained">More than one ring is possible</h2>
      <p class="notice info">{hint}</p>
      <ul class="plain">
        {rings.map(({ ring, matches, pins }) => (
          <li key={ring}>
            <Link to={addressOf('/rings', { ring })}>{ring}</Link>
            {matches.length > 0 && (
              <>
                {' '}
                if one of these matches: <code>{matches.join(' ')}</code>
              </>
            )}
            <div class="quiet">{pins.join(', ')}</div>
          </li>
        ))}
      </ul>
    </>
  );
}
