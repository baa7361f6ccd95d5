// Messages for what a probe found: enabled and lost models, and pins at risk.

import type { PinChange } from '../../shared/domain/changes/pin-change.ts';
import type { Event } from '../../shared/domain/events/event.ts';
import type { Message } from '../../shared/domain/events/message.ts';
import { credentialOption } from './credential-option.ts';
import { pinChangeFields } from './pin-change-fields.ts';

type Of<K extends Event['kind']> = Extract<Event, { kind: K }>;
const maxActions = 5;

export function composeEnabledMessage({ at, data }: Of<'ModelEnabled'>, url: string): Message {
  const { model, project, locations, upgrades } = data;
  const where = locations.join(', ');
  const pins = upgrades.length === 0 ? 'No older model of its family is pinned there.' : 'It is newer than these pins.';
  return {
    urgency: 'calm',
    title: `${model} is enabled in ${where}`,
    summary: `Project ${project} can call ${model} in ${where}: it answered a test call. ${pins}`,
    fields: pinChangeFields(upgrades, at.slice(0, 10)),
    actions: [
      ...upgrades.slice(0, maxActions).map((pinChange) => moveAction(pinChange, model, url)),
      matrixAction(url),
    ],
  };
}

export function composeLostMessage({ data }: Of<'ModelLost'>, url: string): Message {
  const { model, project, location, evidence } = data;
  return {
    urgency: 'calm',
    title: `${model} is no longer callable in ${location}`,
    summary: `Project ${project} can't call ${model} in ${location} any more. Two runs of the probe agreed.`,
    fields: [['Vertex answered', evidence]],
    actions: [matrixAction(url)],
  };
}

export function composeRiskMessage({ data }: Of<'PinAtRisk'>, url: string): Message {
  const { model, project, location, state, evidence, pins } = data;
  return {
    urgency: 'urgent',
    title: `Pin at risk: ${model} in ${location}`,
    summary:
      `The fleet is pinned to ${model}, but project ${project} can't call it in ${location} (${state}). ` +
      'Machines with this pin get errors.',
    fields: [pinsField(pins), ['Vertex answered', evidence]],
    actions: [
      ...pins.slice(0, maxActions).map(({ ring, family }) => ({
        text: `Replace MODEL with a callable model, to move ${family} of ring ${ring}:`,
        call: putPin(url, ring, family, 'MODEL'),
      })),
      matrixAction(url),
    ],
  };
}

export function composeRetiringMessage({ at, data }: Of<'PinRetiring'>, url: string): Message {
  const { model, retirement, days, pins } = data;
  const { kind, date } = retirement;
  const isOver = date <= at.slice(0, 10);
  const [promises, shuts] = isOver ? ['promised', 'shut down'] : ['promises', 'shuts down'];
  const retires =
    kind === 'shut' ? `Google ${shuts} ${model} on ${date}` : `Google ${promises} ${model} only until ${date}`;
  return {
    urgency: days <= 7 ? 'urgent' : 'calm',
    title: isOver ? `${model} is past its retirement date` : `${model} retires soon: ${date}`,
    summary: `${retires}, and it is still pinned.`,
    fields: [pinsField(pins)],
    actions: [
      {
        text: 'See which models are callable, then move the pins:',
        call: `curl ${url}/v1/availability ${credentialOption}`,
      },
    ],
  };
}

function moveAction({ ring, family }: PinChange, model: string, url: string): Message['actions'][number] {
  return { text: `Move ${family} of ring ${ring}:`, call: putPin(url, ring, family, model) };
}

function putPin(url: string, ring: string, family: string, model: string): string {
  const headers = `${credentialOption} -H 'If-Match: *' -H 'Content-Type: application/json'`;
  return `curl -X PUT ${url}/v1/rings/${ring}/pins/${family} ${headers} --data '{"model": "${model}"}'`;
}

export function matrixAction(url: string): Message['actions'][number] {
  return { text: 'See which models are callable where:', call: `curl ${url}/v1/availability ${credentialOption}` };
}

function pinsField(pins: readonly { readonly ring: string; readonly family: string }[]): readonly [string, string] {
  return ['Pinned for', pins.map(({ ring, family }) => `${family} of ring ${ring}`).join(', ')];
}
