// The pins of one ring as choices: of each family the models that answer where the ring calls them, and the one that is pinned.

import { useState } from 'preact/hooks';
import { compareModels, type Family, families, parseModel } from '../../../../../shared/domain/models/model.ts';
import type { Policy, Ring } from '../../../../../shared/domain/policy/policy.ts';
import type { Cell } from '../../client/replies.ts';
import { useGet } from '../../client/use-call.ts';

interface PinFormProps {
  readonly policy: Policy;
  readonly ring: string | null;
  readonly onChange: (policy: Policy) => void;
}

export function PinForm({ policy, ring: first, onChange }: PinFormProps) {
  const [name, setName] = useState(first ?? policy.rings.at(-1)?.name ?? '');
  const endpoints = useGet('/v1/availability').value?.endpoints ?? [];
  const ring = policy.rings.find((each) => each.name === name) ?? policy.rings.at(-1);
  if (ring === undefined) return null;
  const pin = (family: Family, model: string) => {
    const { [family]: before, ...others } = ring.pins;
    const pins = model === '' ? others : { ...ring.pins, [family]: { ...before, model } };
    onChange({ ...policy, rings: policy.rings.map((each) => (each === ring ? { ...ring, pins } : each)) });
  };
  return (
    <fieldset>
      <legend>Pins</legend>
      <label class="inline">
        Ring
        <select value={ring.name} onChange={(event) => setName(event.currentTarget.value)}>
          {policy.rings.map((each) => (
            <option key={each.name}>{each.name}</option>
          ))}
        </select>
      </label>
      <div class="pins">
        {families.map((family) => (
          <label key={family}>
            {family}
            <select value={ring.pins[family]?.model ?? ''} onChange={(event) => pin(family, event.currentTarget.value)}>
              <option value="">no pin</option>
              {choicesOf(policy, ring, family, endpoints).map(({ model, isCallable }) => (
                <option key={model} value={model}>
                  {model}
                  {isCallable ? '' : ' (not known to answer)'}
                </option>
              ))}
            </select>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

interface Choice {
  readonly model: string;
  readonly isCallable: boolean;
}

/** Newest first. */
function choicesOf(policy: Policy, ring: Ring, family: Family, endpoints: readonly Cell[]): readonly Choice[] {
  const project = ring.project ?? policy.project;
  const pin = ring.pins[family];
  const location = pin?.location ?? ring.location ?? policy.location;
  const callable = endpoints
    .filter((cell) => cell.project === project && cell.location === location && cell.state === 'enabled')
    .map(({ model }) => model)
    .filter((model) => parseModel(model)?.family === family);
  const all = new Set([...callable, ...(pin === undefined ? [] : [pin.model])]);
  return [...all]
    .map((model) => ({ model, isCallable: callable.includes(model) }))
    .sort((a, b) => newestFirst(a.model, b.model));
}

function newestFirst(a: string, b: string): number {
  const [one, other] = [parseModel(a), parseModel(b)];
  return one === null || other === null ? 0 : compareModels(other, one);
}
