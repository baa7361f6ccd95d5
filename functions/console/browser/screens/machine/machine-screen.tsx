// A machine: what it gets and why, now or at a time in the past. The question stands in the address.

import { addressOf, goTo } from '../../address.ts';
import { useCall } from '../../client/use-call.ts';
import { Loading } from '../../parts/loading.tsx';
import { ProblemView } from '../../parts/problem-view.tsx';
import { Explained } from './explained.tsx';

const fields = [
  ['machine', 'Name of the machine', 'laptop-7'],
  ['email', 'Email of its user', 'ada@example.com'],
  ['label', 'Label of its token', 'team=sre'],
  ['cli', 'Version of Claude Code', '2.1.331'],
  ['at', 'Time (UTC), for the past', '2026-11-28T12:00:00Z'],
] as const;
/** An empty field states nothing. That there is none of it decides, too. */
const absences = [
  ['machine', 'It has no name'],
  ['label', 'Its token has no labels'],
] as const;

export function MachineScreen({ query }: { readonly query: URLSearchParams }) {
  const asked = Object.fromEntries(fields.map(([name]) => [name, query.get(name)]));
  const isAsked = Object.values(asked).some((value) => value !== null);
  const reading = useCall('/v1/explain', isAsked ? `/v1/explain?${statedIn(asked)}` : null);
  const ask = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement); // the handler is on the form
    const stated = (name: string) => String(given.get(name)).trim() || (given.has(`no-${name}`) ? '' : null);
    goTo(addressOf('/machine', Object.fromEntries(fields.map(([name]) => [name, stated(name)]))));
  };
  return (
    <>
      <form class="card fields" onSubmit={ask} key={String(query)}>
        {fields.map(([name, label, example]) => (
          <label key={name}>
            {label}
            <input name={name} defaultValue={asked[name] ?? ''} placeholder={example} autocomplete="off" />
          </label>
        ))}
        {absences.map(([name, label]) => (
          <label key={name} class="inline">
            <input type="checkbox" name={`no-${name}`} defaultChecked={asked[name] === ''} />
            {label}
          </label>
        ))}
        <button type="submit" class="primary">
          Explain
        </button>
      </form>
      {!isAsked && (
        <p class="quiet">
          State what you know of a machine. Its pins follow from the first ring that matches it, and from the rollouts
          that have reached it.
        </p>
      )}
      <Loading of={isAsked ? [reading] : []} />
      {reading.problem?.code === 'no_policy' && <ProblemView problem={reading.problem} />}
      {reading.value !== null && <Explained answer={reading.value} />}
    </>
  );
}

function statedIn(asked: Readonly<Record<string, string | null>>): string {
  return String(
    new URLSearchParams(Object.entries(asked).flatMap(([name, value]) => (value === null ? [] : [[name, value]]))),
  );
}
