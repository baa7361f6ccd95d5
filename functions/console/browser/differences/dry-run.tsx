// The dry run of a change: what the service says it would do, asked again whenever the change is another, and shown beside it.

import { useEffect, useState } from 'preact/hooks';
import { type Call, send } from '../client/call.ts';
import type { ChangeReply, Problem } from '../client/replies.ts';
import { Findings } from '../parts/findings.tsx';
import { ProblemView } from '../parts/problem-view.tsx';
import { Consequences } from './consequences.tsx';
import { PinChanges } from './pin-changes.tsx';

export interface DryRunState {
  readonly reply: ChangeReply | null;
  readonly problem: Problem | null;
  readonly isAsking: boolean;
}

const pauseMs = 300;
const nothing: DryRunState = { reply: null, problem: null, isAsking: false };

/** Null asks nothing. The path of the call has `dry-run` already. */
export function useDryRun(call: Call | null): DryRunState {
  const [state, setState] = useState(nothing);
  const key = JSON.stringify(call);
  useEffect(() => {
    if (call === null) return setState(nothing);
    let isLate = false;
    setState((before) => ({ ...before, isAsking: true }));
    const timer = setTimeout(async () => {
      const answer = await send<ChangeReply>(call);
      if (isLate) return;
      setState(
        answer.ok
          ? { reply: answer.value, problem: null, isAsking: false }
          : { reply: null, problem: answer.problem, isAsking: false },
      );
    }, pauseMs);
    return () => {
      isLate = true;
      clearTimeout(timer);
    };
  }, [key]);
  return state;
}

export function DryRunView({ state: { reply, problem, isAsking } }: { readonly state: DryRunState }) {
  return (
    <section class={isAsking ? 'dry-run asking' : 'dry-run'} aria-label="What it would do" aria-busy={isAsking}>
      <h2>What it would do</h2>
      <ProblemView problem={problem} />
      {reply === null && problem === null && <p class="quiet">{isAsking ? 'Asking the service…' : 'Nothing yet.'}</p>}
      {reply !== null && <Outcome reply={reply} />}
    </section>
  );
}

function Outcome({ reply }: { readonly reply: ChangeReply }) {
  const { changed, consequences, moreConsequences, moreRaising, risks, findings, pinChanges, rollouts } = reply;
  // The list of consequences marks what raises risk.
  const isTold = consequences.some(({ risk }) => risk === 'raises');
  const isNothing = !changed && risks.length === 0 && consequences.length === 0;
  if (isNothing) return <p class="quiet">It would change nothing.</p>;
  return (
    <>
      <p class={risks.length > 0 ? 'notice warn' : 'notice good'}>
        {risks.length > 0
          ? `A second person must approve it${isTold ? '' : `: ${risks.join('; ')}`}.`
          : 'It needs no second person and takes effect at once.'}
      </p>
      {rollouts.length > 0 && <p>Pins that move reach their rings in stages.</p>}
      <Findings findings={findings} />
      <PinChanges pinChanges={pinChanges} />
      <h3>For whom</h3>
      {reply.revision === 1 ? (
        <p>It is the first policy: machines get the pins of their ring as soon as they ask.</p>
      ) : (
        <Consequences consequences={consequences} more={moreConsequences} moreRaising={moreRaising} />
      )}
    </>
  );
}
