// Simulated data: results that come from the simulated Model Garden of a local run. Each is marked in its evidence, so that no store
// ever mixes invented answers with those of Vertex AI: the change from one to the other would be announced as news.

import type { Matrix } from '../../shared/domain/availability/availability.ts';

/** How the evidence of every simulated result begins. */
export const simulatedMark = 'simulated: ';

/** Where the results of a matrix come from; null when it has none. */
export function originOf(matrix: Pick<Matrix, 'cells'> | null): 'simulated' | 'real' | null {
  const answered = matrix?.cells.filter(({ evidence }) => evidence !== '') ?? [];
  if (answered.length === 0) return null;
  return answered.some(({ evidence }) => evidence.startsWith(simulatedMark)) ? 'simulated' : 'real';
}
