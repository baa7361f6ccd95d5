// The table of a probe: what each model answered in each location, and what the marks mean.

import type { Cell } from '../../../shared/domain/availability/availability.ts';
import { printable } from '../../printable.ts';

const marks: Record<Cell['state'], string> = {
  enabled: 'yes',
  no_quota: 'no quota',
  blocked_by_policy: 'blocked',
  needs_data_sharing: 'data sharing',
  not_enabled: '-',
  not_served: '.',
  unknown: '?',
};

const legend =
  'yes: callable · -: not enabled, or no such model there · .: not served there · ?: no answer about the model';

export function probeTable(cells: readonly Cell[]): string {
  const locations = [...new Set(cells.map(({ location }) => location))];
  const models = [...new Set(cells.map(({ model }) => model))];
  const rows = models.map((model) => [
    printable(model),
    ...locations.map((location) => {
      const cell = cells.find((each) => each.model === model && each.location === location);
      return cell === undefined ? '' : marks[cell.state];
    }),
  ]);
  const lines = [['model', ...locations], ...rows].map(([model = '', ...states]) =>
    `${model.padEnd(32)}${states.map((state) => state.padEnd(14)).join('')}`.trimEnd(),
  );
  return `${lines.join('\n')}

${legend}
`;
}
