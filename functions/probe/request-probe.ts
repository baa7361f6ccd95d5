// Requests a probe: stores the endpoints of a wanted policy that nobody probed, for the next run to ask about.

import { ok, type Result } from '../../shared/domain/fault.ts';
import type { Policy } from '../../shared/domain/policy/policy.ts';
import { addRequested, nextProbeDue, unprobedEndpoints } from '../../shared/domain/probe/probe-request.ts';
import { type Clock, expectOf, type Store } from '../../shared/ports.ts';
import { transact } from '../commands/transact.ts';

/** When the next run is due (ISO 8601); null when each endpoint has answered already, so nothing was stored. */
export function requestProbe(store: Store, clock: Clock, wanted: Policy): Promise<Result<string | null>> {
  return transact(
    store,
    async () => {
      const request = await store.read('probeRequest', 'current');
      if (!request.ok) return request;
      const matrix = await store.read('matrix', 'current');
      return matrix.ok ? ok({ request: request.value, matrix: matrix.value?.value ?? null }) : matrix;
    },
    ({ request, matrix }) => {
      const now = new Date(clock()).toISOString();
      const endpoints = unprobedEndpoints(wanted, matrix);
      if (endpoints.length === 0) return ok({ writes: [], newEvents: [], outcome: null });
      const value = addRequested(request?.value ?? null, endpoints, now);
      return ok({
        writes: [{ kind: 'probeRequest', id: 'current', expect: expectOf(request), value }],
        newEvents: [],
        outcome: nextProbeDue(matrix?.at ?? null, now),
      });
    },
  );
}
