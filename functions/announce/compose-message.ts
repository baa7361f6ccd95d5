// Composes the message for an event. Pure, and without markup, which each channel adds itself.

import type { PinChange } from '../../shared/domain/changes/pin-change.ts';
import type { Consequence } from '../../shared/domain/consequences/consequence.ts';
import type { Event } from '../../shared/domain/events/event.ts';
import type { Message } from '../../shared/domain/events/message.ts';
import { composeAccessMessage } from './access-messages.ts';
import { composeBlindMessage, composeRecoveredMessage } from './blindness-messages.ts';
import { consequenceFields, isUrgent } from './consequence-fields.ts';
import { credentialOption } from './credential-option.ts';
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
  composeGlassMessage,
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
      return withHead(composePolicyMessage(event, url), event);
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
      return withHead(composeAccessMessage(event, url), event);
    case 'UpgradeReady':
      return composeReadyMessage(event, url);
    case 'UpgradeDecided':
      return composeDecidedMessage(event, url);
    case 'RolloutMoved':
      return composeRolloutMessage(event, url);
    case 'ChangeProposed':
      return composeProposedMessage(event, url);
    case 'GlassBroken':
      return composeGlassMessage(event, url);
    case 'FreezeChanged':
      return composeFreezeMessage(event, url);
    // A listing doesn't show whether the customer's project may call the model.
    case 'ModelListed':
    // A fallback isn't a pin: the machines that had it now get the pinned model.
    case 'FallbackLost':
      return null;
  }
}

/** So Slack keeps a copy of the chain's head, which `verify-history --expect` takes. */
function withHead(message: Message, { seq, hash }: Event): Message {
  return { ...message, footer: `History: ${seq}:${hash}` };
}

function composePolicyMessage(event: PolicyChanged, serviceUrl: string): Message {
  const { data } = event;
  const { moreConsequences, moreRaising = 0 } = data;
  return {
    // What raises risk and is left out may be anything.
    urgency: data.consequences.some(isUrgent) || moreRaising > 0 ? 'urgent' : 'calm',
    title: titleOf(data),
    summary: summarise(event),
    fields: [
      ...consequenceFields(data.consequences.filter(isUrgent), { all: moreRaising, raising: moreRaising }),
      ...pinChangeFields(data.pinChanges, event.at.slice(0, 10)),
      ...consequenceFields(data.consequences.filter(isOther), { all: moreConsequences - moreRaising, raising: 0 }),
    ],
    actions: actionsOf(data.revision, serviceUrl),
  };
}

/** Those that stand in no other field. */
function isOther(consequence: Consequence): boolean {
  return !isUrgent(consequence) && !consequence.path.startsWith('/pins/');
}

/** Names the step if all pin changes are the same step, in any rings, and nothing else is urgent. */
function titleOf({ revision, restores, pinChanges, consequences }: PolicyChanged['data']): string {
  if (restores !== null) return `Rolled back to revision ${restores}`;
  const urgent = [...new Set(consequences.filter(isUrgent).map(({ path }) => path.slice(1)))];
  if (urgent.length > 0) return `Policy changed: ${namesOf(urgent)}`;
  const [step, ...others] = new Set(pinChanges.map(stepOf));
  if (step !== undefined) return others.length === 0 ? step : `Policy changed: ${pinChanges.length} pins`;
  if (revision === 1) return 'The first policy is published';
  const paths = [...new Set(consequences.map(({ path }) => path.slice(1)))];
  return paths.length === 0 ? 'Policy changed, nothing differs for machines' : `Policy changed: ${namesOf(paths)}`;
}

function namesOf(paths: readonly string[]): string {
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
  return `${paths.slice(0, 3).join(', ')}${more}`;
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
  const see = {
    text: `See revision ${revision}:`,
    call: `curl ${serviceUrl}/v1/revisions/${revision} ${credentialOption}`,
  };
  // There is no revision before the first one.
  if (revision === 1) return [see];
  const restore = `${serviceUrl}/v1/revisions/${revision - 1}/restore`;
  const rollBack = {
    text: `Roll back to revision ${revision - 1}:`,
    call: `curl -X POST ${restore} ${credentialOption} -H 'If-Match: "${revision}"'`,
  };
  return [rollBack, see];
}
