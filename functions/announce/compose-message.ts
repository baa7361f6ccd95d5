// Composes the message for an event. Pure, and without markup, which each channel adds itself.

import type { PinChange } from '../../shared/domain/changes/pin-change.ts';
import type { Event } from '../../shared/domain/events/event.ts';
import type { Message } from '../../shared/domain/events/message.ts';
import { composeAccessMessage } from './access-messages.ts';
import { composeBlindMessage, composeRecoveredMessage } from './blindness-messages.ts';
import { pinChangeFields } from './pin-change-fields.ts';
import {
  composeEnabledMessage,
  composeLostMessage,
  composeRetiringMessage,
  composeRiskMessage,
} from './probe-messages.ts';
import {
  composeDecidedMessage,
  composeFreezeMessage,
  composeProposedMessage,
  composeReadyMessage,
  composeRolloutMessage,
} from './rollout-messages.ts';

type PolicyChanged = Extract<Event, { kind: 'PolicyChanged' }>;

/** Null when the event isn't announced. `serviceUrl` is the API's public URL. */
export function composeMessage(event: PolicyChanged, serviceUrl: string): Message;
export function composeMessage(event: Event, serviceUrl: string): Message | null;
export function composeMessage(event: Event, serviceUrl: string): Message | null {
  const url = serviceUrl.replace(/\/+$/, '');
  switch (event.kind) {
    case 'PolicyChanged':
      return composePolicyMessage(event, url);
    case 'ModelEnabled':
      return event.data.follows ? null : composeEnabledMessage(event, url);
    case 'ModelLost':
      return composeLostMessage(event, url);
    case 'PinAtRisk':
      return composeRiskMessage(event, url);
    case 'PinRetiring':
      return composeRetiringMessage(event, url);
    case 'ProbeBlind':
      return composeBlindMessage(event, url);
    case 'ProbeRecovered':
      return composeRecoveredMessage(event);
    case 'AccessChanged':
      return composeAccessMessage(event, url);
    case 'UpgradeReady':
      return composeReadyMessage(event, url);
    case 'UpgradeDecided':
      return composeDecidedMessage(event, url);
    case 'RolloutMoved':
      return composeRolloutMessage(event, url);
    case 'ChangeProposed':
      return composeProposedMessage(event, url);
    case 'FreezeChanged':
      return composeFreezeMessage(event, url);
    // A listing doesn't show whether the customer's project may call the model.
    case 'ModelListed':
    // A fallback isn't a pin: the machines that had it now get the pinned model.
    case 'FallbackLost':
      return null;
  }
}

function composePolicyMessage(event: PolicyChanged, serviceUrl: string): Message {
  const { data } = event;
  return {
    urgency: 'calm',
    title: titleOf(data),
    summary: summarise(event),
    fields: pinChangeFields(data.pinChanges, event.at.slice(0, 10)),
    actions: actionsOf(data.revision, serviceUrl),
  };
}

/** Names the step if all pin changes are the same step, in any rings. */
function titleOf({ restores, pinChanges }: PolicyChanged['data']): string {
  if (restores !== null) return `Rolled back to revision ${restores}`;
  const [step, ...others] = new Set(pinChanges.map(stepOf));
  if (step === undefined) return 'Policy changed, no pin moved';
  return others.length === 0 ? step : `Policy changed: ${pinChanges.length} pins`;
}

function stepOf({ family, from, to }: PinChange): string {
  if (to === null) return `${family} is no longer pinned`;
  if (from === null) return `${family} is pinned to ${to.model}`;
  if (from.model !== to.model) return `${family} moves to ${to.model}`;
  if (from.location !== to.location) return `${family} moves to ${to.location}`;
  return `${family} ${to.context1m ? 'gets' : 'loses'} 1M context`;
}

function summarise({ at, by, data }: PolicyChanged): string {
  const values = data.changes === 1 ? '1 value changed' : `${data.changes} values changed`;
  const when = `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
  const difference = data.revision === 1 ? ', the first' : `; ${values}`;
  const note = data.note === null ? '' : ` Note: ${data.note}`;
  return `${by} published revision ${data.revision} on ${when}${difference}.${note}`;
}

function actionsOf(revision: number, serviceUrl: string): Message['actions'] {
  const token = '-H "Authorization: Bearer $PINWARD_TOKEN"';
  const see = {
    text: `See revision ${revision}:`,
    call: `curl ${serviceUrl}/v1/revisions/${revision} ${token}`,
  };
  // There is no revision before the first one.
  if (revision === 1) return [see];
  const restore = `${serviceUrl}/v1/revisions/${revision - 1}/restore`;
  const rollBack = {
    text: `Roll back to revision ${revision - 1}:`,
    call: `curl -X POST ${restore} ${token} -H 'If-Match: "${revision}"'`,
  };
  return [rollBack, see];
}
