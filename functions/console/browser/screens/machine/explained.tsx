// The answer of `explain`: the ring with the selector that decides, the pins with their reasons, and the rollouts. Where the stated
// facts leave several rings possible, those.

import { addressOf } from '../../address.ts';
import type { Replies } from '../../client/replies.ts';
import { Link } from '../../parts/link.tsx';
import { Time } from '../../parts/time.tsx';

type Answer = Replies['/v1/explain'];
type DecidedAnswer = Extract<Answer, { readonly ring: string }>;
type UndecidedAnswer = Extract<Answer, { readonly ring: null }>;

export function Explained({ answer }: { readonly answer: Answer }) {
  return (
    <section class="card" aria-labelledby="explained">
      {answer.ring === null ? <Undecided answer={answer} /> : <Decided answer={answer} />}
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

function Decided({ answer: { ring, project, locked, pins, reasons, rollouts } }: { readonly answer: DecidedAnswer }) {
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
            {percent} %): {reachedText(reached)}
            {bucket !== null && <span class="quiet"> (its bucket is {bucket / 100} %)</span>}
          </li>
        ))}
      </ul>
    </>
  );
}

/** Null when it depends on a fact that nobody stated. */
function reachedText(reached: boolean | null): string {
  if (reached === null) return 'may have reached it';
  return reached ? 'has reached it' : 'has not reached it';
}

const missing: Readonly<Record<UndecidedAnswer['decidedBy'][number], string>> = {
  machine: 'the name of the machine, or that it has none',
  email: 'the email of its user, if it polls with an account',
  label: 'the labels of its token, or that it has none',
};

function Undecided({ answer: { decidedBy, possible } }: { readonly answer: UndecidedAnswer }) {
  return (
    <>
      <h2 id="explained">More than one ring is possible</h2>
      <p class="notice info">State {decidedBy.map((fact) => missing[fact]).join('; and ')}.</p>
      <ul class="plain">
        {possible.map(({ ring, matches, pins }) => (
          <li key={ring}>
            <Link to={addressOf('/rings', { ring })}>{ring}</Link>
            {matches.length > 0 && (
              <>
                {' '}
                if one of these matches: <code>{matches.join(' ')}</code>
              </>
            )}
            <div class="quiet">
              {Object.values(pins)
                .map(({ model }) => model)
                .join(', ')}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
