// How many machines of a ring have its pins, and why others have not.

import type { Ring } from '../../../../../shared/domain/policy/policy.ts';
import { useGet } from '../../client/use-call.ts';
import { ProblemView } from '../../parts/problem-view.tsx';

export function Adopted({ ring }: { readonly ring: Ring }) {
  const { value, problem } = useGet('/v1/adoption');
  const counts = value?.rings.find((each) => each.ring === ring.name);
  if (value === null || counts === undefined) return <ProblemView problem={problem} />;
  const { machines, current, heldBack } = counts;
  if (machines === 0) return <p class="quiet">No machine of this ring has polled in the last 20 to 30 minutes.</p>;
  return (
    <>
      <p>
        <strong>
          {current} of {machines} machines
        </strong>{' '}
        were served these pins
        {current < machines && '; the others have those of an earlier revision until their next poll'}.
      </p>
      {heldBack.map(({ family, machines: held }) => (
        <p key={family}>
          {held} {held === 1 ? 'has' : 'have'} a Claude Code that is too old for the pin of {family}, and{' '}
          {held === 1 ? 'gets' : 'get'} an older model.
        </p>
      ))}
      <p class="quiet">
        Estimates, with a standard error of {Math.round(value.standardError * 1000) / 10} %, of machines that polled in
        the last 20 to 30 minutes.
      </p>
    </>
  );
}
