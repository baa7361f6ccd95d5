// Explain: the answer to "why does this machine have this model?", for admins. The same functions as a poll, with every
// ring that was considered on the way.

import { type Catalogue, extendCatalogue } from '../../shared/domain/catalogue.ts';
import { ok, type Result } from '../../shared/domain/fault.ts';
import { type Machine, ringChooser, selectorsOf } from '../../shared/domain/machine.ts';
import { resolve } from '../../shared/domain/resolve.ts';
import type { Revision } from '../../shared/domain/revision.ts';
import { readMachine } from './question.ts';
import { renderJson } from './render/json.ts';

export interface Described {
  readonly machine?: string | undefined;
  readonly cli?: string | undefined;
  readonly email?: string | undefined;
  readonly label?: string | undefined;
}

export function explain(
  { number, policy }: Revision,
  described: Described,
  shipped: Catalogue,
  day: string,
): Result<object> {
  const machine = machineOf(described);
  if (!machine.ok) return machine;
  const { ring, selector } = ringChooser(policy)(machine.value);
  const catalogue = extendCatalogue(shipped, policy.models);
  const resolution = resolve({ policy, ring, selector, cli: machine.value.cli, catalogue, day });
  const own = selectorsOf(machine.value);
  const considered = policy.rings
    .slice(0, policy.rings.indexOf(ring) + 1)
    .map(({ name, match }) => ({ ring: name, selector: own.find((candidate) => match.includes(candidate)) ?? null }));
  const served: object = JSON.parse(renderJson(resolution));
  return ok({ revision: number, considered, ...served });
}

function machineOf({ machine, cli, email, label }: Described): Result<Machine> {
  const query = new URLSearchParams({ machine: machine ?? '', cli: cli ?? '' });
  const [key = '', value = ''] = label?.split('=') ?? [];
  return readMachine(query, { email: email ?? null, labels: label === undefined ? {} : { [key]: value } });
}
