// An event in a sentence, and the view that shows what it is about.

import { addressOf } from '../address.ts';
import type { Event } from '../client/replies.ts';

/** Without its time and author. */
export function eventText({ kind, data }: Event): string {
  switch (kind) {
    case 'PolicyChanged':
      return data.restores === null
        ? `published revision ${data.revision}${noted(data.note)}`
        : `restored revision ${data.restores} as ${data.revision}${noted(data.note)}`;
    case 'ModelListed':
      return `${data.model} is listed`;
    case 'ModelEnabled':
      return `${data.model} answers in ${data.locations.join(', ')}`;
    case 'ModelLost':
      return `${data.model} answers no more in ${data.location}`;
    case 'PinAtRisk':
      return `${data.model} is pinned in ${data.location}, and is ${data.state.replaceAll('_', ' ')}`;
    case 'PinRetiring':
      return `${data.model} may retire on ${data.retirement.date}`;
    case 'ProbeBlind':
      return `the probe sees nothing in ${areasOf(data)}`;
    case 'ProbeRecovered':
      return `the probe sees again in ${areasOf(data)}`;
    case 'UpgradeReady':
      return `${data.pinChange.to?.model ?? data.upgrade} is ready for ${data.pinChange.ring}`;
    case 'UpgradeDecided':
      return `${data.decision} ${data.model} for ${data.ring}${noted(data.reason)}`;
    case 'RolloutMoved':
      return `rollout ${data.rollout} ${data.move} at ${data.percent} %${noted(data.reason)}`;
    case 'ChangeProposed':
      return `${data.decision} change ${data.proposal} of the ${data.kind}${noted(data.note)}`;
    case 'GlassBroken':
      return `${data.isBroken ? `needs no second person until ${data.until}` : 'needs a second person again'}${noted(data.reason)}`;
    case 'FreezeChanged':
      return `${data.frozen ? 'froze' : 'thawed'} automatic changes${noted(data.reason)}`;
    case 'FallbackLost':
      return `${data.models.join(', ')} no longer serve machines with an old Claude Code`;
    case 'AccessChanged':
      return `changed access to ${data.number}${noted(data.note)}`;
    default:
      return 'did something that this page has no words for';
  }
}

export function eventAddress({ kind, data }: Event): string | null {
  switch (kind) {
    case 'PolicyChanged':
      return addressOf('/history', { revision: data.revision });
    case 'ModelLost':
    case 'PinAtRisk':
    case 'ModelEnabled':
    case 'ModelListed':
    case 'PinRetiring':
      return addressOf('/availability', { model: data.model });
    case 'RolloutMoved':
      return addressOf('/changes', { rollout: data.rollout });
    case 'ChangeProposed':
      return addressOf('/changes', { proposal: data.proposal });
    case 'UpgradeReady':
    case 'UpgradeDecided':
      return addressOf('/changes', { upgrade: data.upgrade });
    case 'AccessChanged':
      return addressOf('/history', { of: 'access' });
    default:
      return null;
  }
}

function noted(note: string | null): string {
  return note === null || note === '' ? '' : `: ${note}`;
}

/** The locations of the projects that an event of the probe is about. */
function areasOf({
  areas,
}: {
  readonly areas: readonly { readonly project: string; readonly location: string }[];
}): string {
  return areas.map(({ project, location }) => `${location} of ${project}`).join(', ');
}
