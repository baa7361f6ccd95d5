// The heat map: a row for each model, newest first in each family, and a column for each location. A sign repeats what a colour
// says, and a diamond marks what is pinned.

import { type Catalogue, findModel } from '../../../../../shared/domain/models/catalogue.ts';
import { compareModels, families, parseModel } from '../../../../../shared/domain/models/model.ts';
import { endpointKey } from '../../../../../shared/domain/models/model-endpoint.ts';
import type { PinnedEndpoint } from '../../../../../shared/domain/policy/pinned-endpoints.ts';
import { addressOf } from '../../address.ts';
import type { Cell } from '../../client/replies.ts';
import { Link } from '../../parts/link.tsx';
import { Scroll } from '../../parts/scroll.tsx';
import { duration } from '../../parts/time.tsx';

export interface Chosen {
  readonly project: string;
  readonly model: string | null;
  readonly location: string | null;
}

interface HeatMapProps {
  readonly cells: readonly Cell[];
  readonly pinned: readonly PinnedEndpoint[];
  readonly catalogue: Catalogue;
  readonly chosen: Chosen;
}

const signs: Readonly<Record<Cell['state'], string>> = {
  enabled: '✓',
  no_quota: '!',
  blocked_by_policy: '✕',
  needs_data_sharing: '✕',
  not_enabled: '✕',
  not_served: '–',
  unknown: '?',
};

export function HeatMap({ cells, pinned, catalogue, chosen }: HeatMapProps) {
  const locations = [...new Set(cells.map(({ location }) => location))].sort();
  const models = [...new Set(cells.map(({ model }) => model))].sort(newestFirst);
  const byKey = new Map(cells.map((cell) => [endpointKey(cell), cell]));
  const pins = new Set(pinned.map(({ endpoint }) => endpointKey(endpoint)));
  return (
    <Scroll label="Models and locations">
      <table class="heat">
        <caption class="hidden">The state of each model in each location</caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            {locations.map((location) => (
              <th scope="col" key={location}>
                {location}
              </th>
            ))}
            <th scope="col">Retires</th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <tr key={model} class={model === chosen.model ? 'chosen' : ''}>
              <th scope="row">{model}</th>
              {locations.map((location) => {
                const cell = byKey.get(endpointKey({ project: chosen.project, location, model }));
                return (
                  <td key={location}>
                    {cell !== undefined && <CellLink cell={cell} isPinned={pins.has(endpointKey(cell))} />}
                  </td>
                );
              })}
              <td class="quiet">{retirementText(catalogue, model)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="legend quiet">
        ✓ answers · ! no quota · ✕ does not answer · – not served there · ? unknown · ◆ pinned · below each: age of the
        last answer
      </p>
    </Scroll>
  );
}

function CellLink({ cell, isPinned }: { readonly cell: Cell; readonly isPinned: boolean }) {
  const { project, location, model, state, ageSeconds } = cell;
  const age = ageSeconds === null ? 'never' : duration(ageSeconds);
  const words = `${model} in ${location}: ${state.replaceAll('_', ' ')}${isPinned ? ', pinned' : ''}, answered ${age} ago`;
  return (
    <Link to={addressOf('/availability', { project, model, location })} class={`cell ${state}`} label={words}>
      <span>
        {signs[state]}
        {isPinned && ' ◆'}
      </span>
      <small>{age}</small>
    </Link>
  );
}

function retirementText(catalogue: Catalogue, model: string): string {
  const retirement = findModel(catalogue, model)?.retirement.value ?? null;
  if (retirement === null) return 'unknown';
  return retirement.kind === 'shut' ? `shut ${retirement.date}` : `not before ${retirement.date}`;
}

function newestFirst(a: string, b: string): number {
  const [one, other] = [parseModel(a), parseModel(b)];
  if (one === null || other === null) return a < b ? -1 : 1;
  return families.indexOf(one.family) - families.indexOf(other.family) || compareModels(other, one);
}
