// Messages for changes in progress: upgrades that wait for approval, rollouts, proposals and the freeze.

import type { Event } from '../../shared/domain/events/event.ts';
import type { Message } from '../../shared/domain/events/message.ts';
import { consequenceFields, isUrgent } from './consequence-fields.ts';
import { credentialOption } from './credential-option.ts';
import { pinChangeFields } from './pin-change-fields.ts';

type Of<K extends Event['kind']> = Extract<Event, { kind: K }>;

/** An upgrade with the rule `auto` is announced when its rollout starts. */
export function composeReadyMessage({ at, data }: Of<'UpgradeReady'>, url: string): Message | null {
  const { upgrade, rule, soakHours, pinChange } = data;
  if (rule === 'auto' || pinChange.to === null) return null;
  const { ring, family, to } = pinChange;
  return {
    urgency: 'calm',
    title: `${to.model} is ready for ring ${ring}`,
    summary: `It was callable for ${soakHours} hours where ring ${ring} calls ${family}. It now waits for approval.`,
    fields: pinChangeFields([pinChange], at.slice(0, 10)),
    actions: [
      {
        text: 'Approve it. It then reaches the ring in stages:',
        call: post(`${url}/v1/upgrades/${upgrade}/approve`),
      },
      { text: 'Reject this version for this ring:', call: post(`${url}/v1/upgrades/${upgrade}/reject`) },
    ],
  };
}

/** Only a proposal is announced, because it needs a second person. An approval is announced with its rollout. */
export function composeDecidedMessage({ by, data }: Of<'UpgradeDecided'>, url: string): Message | null {
  const { upgrade, ring, family, model, decision, reason } = data;
  if (decision !== 'proposed') return null;
  return {
    urgency: 'calm',
    title: `${model} for ring ${ring} needs a second person`,
    summary: `${by} approved the upgrade of ${family}. A second person must approve it, too.`,
    fields: reason === '' ? [] : [['Reason', reason]],
    actions: [{ text: 'Approve it:', call: post(`${url}/v1/upgrades/${upgrade}/approve`) }],
  };
}

/** Intermediate stages aren't announced; start and end are. */
export function composeRolloutMessage({ at, by, data }: Of<'RolloutMoved'>, url: string): Message | null {
  const { rollout, move, percent, pinChange, reason } = data;
  const { ring, family, from, to } = pinChange;
  if (move === 'advanced' || from === null || to === null) return null;
  const why = `${nextText(data)}${reason === '' ? '' : ` Reason: ${reason}`}`;
  const see = { text: 'See its progress:', call: get(`${url}/v1/rollouts/${rollout}`) };
  const abort = {
    text: `Go back to ${from.model}, and reject ${to.model} for this ring:`,
    call: post(`${url}/v1/rollouts/${rollout}/abort`),
  };
  const reopen = {
    text: `Offer ${to.model} again. It then waits for an approval:`,
    call: post(`${url}/v1/upgrades/${ring}.${family}.${to.model}/reopen`),
  };
  const texts = moveText(move, { rollout, ring, family, from: from.model, to: to.model, percent, by }, why);
  const isUrgent = move === 'aborted' && by === 'pinward';
  return {
    urgency: isUrgent ? 'urgent' : 'calm',
    ...texts,
    fields: move === 'started' ? pinChangeFields([pinChange], at.slice(0, 10)) : [],
    actions:
      move === 'completed' || move === 'aborted' ? [see, ...(data.rejects === true ? [reopen] : [])] : [abort, see],
  };
}

export function composeProposedMessage({ by, data }: Of<'ChangeProposed'>, url: string): Message | null {
  const { proposal, kind, decision, consequences, moreConsequences, moreRaising = 0, note } = data;
  if (decision !== 'proposed') return null;
  return {
    urgency: consequences.some(isUrgent) || moreRaising > 0 ? 'urgent' : 'calm',
    title: `Proposal ${proposal} needs a second person`,
    summary: `${by} wants to change the ${kind}.${note === null ? '' : ` Note: ${note}`}`,
    fields: consequenceFields(consequences, { all: moreConsequences, raising: moreRaising }),
    actions: [
      { text: 'See it:', call: get(`${url}/v1/proposals/${proposal}`) },
      { text: 'Approve it:', call: post(`${url}/v1/proposals/${proposal}/approve`) },
    ],
  };
}

export function composeFreezeMessage({ by, data }: Of<'FreezeChanged'>, url: string): Message {
  const { frozen, reason } = data;
  return {
    urgency: frozen ? 'urgent' : 'calm',
    title: frozen ? 'Automatic changes are frozen' : 'Automatic changes are allowed again',
    summary: `By ${by}.${reason === '' ? '' : ` Reason: ${reason}`}`,
    fields: [],
    actions: frozen ? [{ text: 'Allow them again:', call: post(`${url}/v1/thaw`) }] : [],
  };
}

export function composeGlassMessage({ by, data }: Of<'GlassBroken'>, url: string): Message {
  const { isBroken, until, reason } = data;
  const when = `${until.slice(0, 10)} ${until.slice(11, 16)} UTC`;
  return {
    urgency: isBroken ? 'urgent' : 'calm',
    title: isBroken ? 'No second person is needed for now' : 'A second person is needed again',
    summary: `By ${by}${isBroken ? `, until ${when}` : ''}.${reason === '' ? '' : ` Reason: ${reason}`}`,
    fields: [],
    actions: isBroken ? [{ text: 'End this now:', call: post(`${url}/v1/break-glass/end`) }] : [],
  };
}

/** What an abort means for the upgrade, or when the next stage is. */
function nextText({ rejects, next }: Of<'RolloutMoved'>['data']): string {
  if (rejects === true) return ' Its upgrade is rejected for this ring.';
  const at = next?.at ?? null;
  if (at === null) return '';
  const percent = next?.percent ?? null;
  const step = percent === null ? 'completes' : `reaches ${percent} %`;
  return ` It ${step} on ${at.slice(0, 10)} at ${at.slice(11, 16)} UTC at the earliest.`;
}

interface RolloutFacts {
  readonly rollout: number;
  readonly ring: string;
  readonly family: string;
  readonly from: string;
  readonly to: string;
  readonly percent: number;
  readonly by: string;
}

function moveText(
  move: Exclude<Of<'RolloutMoved'>['data']['move'], 'advanced'>,
  { rollout, ring, family, from, to, percent, by }: RolloutFacts,
  why: string,
): Pick<Message, 'title' | 'summary'> {
  const name = `Rollout ${rollout} (${family} of ring ${ring})`;
  switch (move) {
    case 'started':
      return {
        title: `${to} starts to reach ring ${ring}`,
        summary: `Rollout ${rollout} starts with ${percent} % of the machines.${why}`,
      };
    case 'paused':
      return { title: `${name} was paused at ${percent} %`, summary: `By ${by}.${why}` };
    case 'resumed':
      return { title: `${name} was resumed at ${percent} %`, summary: `By ${by}.${why}` };
    case 'aborted':
      return { title: `${name} was aborted: back to ${from}`, summary: `By ${by}.${why}` };
    case 'completed':
      return {
        title: `${to} has reached all of ring ${ring}`,
        summary: `Rollout ${rollout} is complete. The ring is now pinned to ${to}.`,
      };
  }
}

function post(url: string): string {
  return `curl -X POST ${url} ${credentialOption}`;
}

function get(url: string): string {
  return `curl ${url} ${credentialOption}`;
}
