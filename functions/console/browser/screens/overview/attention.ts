// What needs attention: facts that will stop somebody's Claude Code, or already do, from what the service has seen.

import { findModel } from '../../../../../shared/domain/models/catalogue.ts';
import { endpointKey } from '../../../../../shared/domain/models/model-endpoint.ts';
import { pinnedEndpoints } from '../../../../../shared/domain/policy/pinned-endpoints.ts';
import type { Policy } from '../../../../../shared/domain/policy/policy.ts';
import { addressOf } from '../../address.ts';
import type { Replies } from '../../client/replies.ts';
import { blindText } from '../availability/blind-text.ts';

export interface Concern {
  readonly tone: 'bad' | 'warn';
  readonly text: string;
  readonly to: string;
}

interface Seen {
  readonly policy: Policy | null;
  readonly availability: Replies['/v1/availability'] | null;
  readonly catalogue: Replies['/v1/catalogue'] | null;
  readonly keys: Replies['/v1/keys'] | null;
  readonly now: number;
}

/** A retirement is near for this many days. */
const nearDays = 90;
/** The probe runs every 15 minutes; after this many it surely has missed runs. */
const staleMinutes = 60;

export function concernsOf({ policy, availability, catalogue, keys, now }: Seen): readonly Concern[] {
  return [
    ...probeConcerns(availability, now),
    ...(policy === null || availability === null ? [] : pinsAtRisk(policy, availability)),
    ...(policy === null || catalogue === null ? [] : retirements(policy, catalogue.models, now)),
    ...(keys !== null && keys.organisation === null
      ? [{ tone: 'warn' as const, text: 'Answers are not signed: no signing key is set', to: addressOf('/access') }]
      : []),
  ];
}

function probeConcerns(availability: Replies['/v1/availability'] | null, now: number): readonly Concern[] {
  if (availability === null) return [];
  const { at, blind } = availability;
  const to = addressOf('/availability');
  const blindness = blindText(blind);
  const minutes = at === null ? null : Math.round((now - Date.parse(at)) / 60_000);
  return [
    ...(at === null
      ? [{ tone: 'warn' as const, text: 'The probe has not run yet: nobody knows which models answer', to }]
      : []),
    ...(minutes !== null && minutes >= staleMinutes
      ? [{ tone: 'bad' as const, text: `The last probe run ended ${minutes} minutes ago`, to }]
      : []),
    ...(blindness === '' ? [] : [{ tone: 'bad' as const, text: `The probe is blind: ${blindness}`, to }]),
  ];
}

function pinsAtRisk(policy: Policy, { endpoints }: Replies['/v1/availability']): readonly Concern[] {
  const states = new Map(endpoints.map((cell) => [endpointKey(cell), cell.state]));
  return pinnedEndpoints(policy).flatMap(({ ring, family, endpoint }) => {
    const state = states.get(endpointKey(endpoint));
    if (state === undefined || state === 'enabled' || state === 'unknown') return [];
    const { model, location } = endpoint;
    return [
      {
        tone: 'bad' as const,
        text: `${ring} pins ${family} to ${model}, which is ${state.replaceAll('_', ' ')} in ${location}`,
        to: addressOf('/availability', { ...endpoint }),
      },
    ];
  });
}

function retirements(policy: Policy, catalogue: Replies['/v1/catalogue']['models'], now: number): readonly Concern[] {
  const models = new Set(pinnedEndpoints(policy).map(({ endpoint }) => endpoint.model));
  return [...models].flatMap((model) => {
    const retirement = findModel(catalogue, model)?.retirement.value ?? null;
    if (retirement === null) return [];
    const days = Math.ceil((Date.parse(retirement.date) - now) / 86_400_000);
    if (days > nearDays) return [];
    const when = retirement.kind === 'shut' ? 'is shut on' : 'may be shut from';
    return [
      { tone: 'warn' as const, text: `${model} ${when} ${retirement.date}`, to: addressOf('/availability', { model }) },
    ];
  });
}
