// Messages for a probe that gets no answer about any model somewhere, and for the end of that.

import { adviceFor, fillIn } from '../../shared/catalogue/vertex-advice.ts';
import { findings } from '../../shared/catalogue/vertex-findings.ts';
import type { Event } from '../../shared/domain/events/event.ts';
import type { Message } from '../../shared/domain/events/message.ts';
import { matrixAction } from './probe-messages.ts';

type Of<K extends Event['kind']> = Extract<Event, { kind: K }>;
type Area = Of<'ProbeBlind'>['data']['areas'][number];

const maxActions = 5;

export function composeBlindMessage({ data: { areas } }: Of<'ProbeBlind'>, url: string): Message {
  const remedies = remediesOf(areas);
  return {
    urgency: 'urgent',
    title: `The probe can't check models of ${placesOf(areas)}`,
    summary:
      'No request there got an answer about a model, in several runs in a row. ' +
      `The stored availability of models stays as it was. ${whatToDo(remedies.length)}`,
    fields: areas.map(({ project, location, cause, verdict, evidence }) => [
      `${project} in ${location}: ${cause ?? verdict}`,
      evidence === '' ? '(an empty answer)' : evidence,
    ]),
    actions: [...remedies.slice(0, maxActions), matrixAction(url)],
  };
}

export function composeRecoveredMessage({ data: { areas } }: Of<'ProbeRecovered'>): Message {
  const [seen, left] = [areas.filter(({ isProbed }) => isProbed), areas.filter(({ isProbed }) => !isProbed)];
  const sentences = [
    seen.length === 0 ? [] : [`It gets answers about models of ${placesOf(seen)}.`],
    left.length === 0 ? [] : [`It no longer has to ask about ${placesOf(left)}.`],
  ];
  const title =
    seen.length === 0 ? 'The probe asks elsewhere now' : `The probe checks models of ${placesOf(seen)} again`;
  return { urgency: 'calm', title, summary: sentences.flat().join(' '), fields: [], actions: [] };
}

function whatToDo(count: number): string {
  if (count === 0) return 'Google may be down, or answer in words that Pinward does not know.';
  const rest = count - maxActions;
  if (rest <= 0) return 'What has to be done is below.';
  return `What has to be done first is below; ${rest} more commands are for other projects of the list.`;
}

/** One action for each remedy, with the first project and location that need it. The probe runs as a service account. */
function remediesOf(areas: readonly Area[]): Message['actions'] {
  const remedies = areas.flatMap(({ project, location, cause, evidence }) => {
    const advice = cause === null ? null : adviceFor('metadata', findings[cause].advice);
    if (advice === null) return [];
    const consumer = /\buse project ([a-z][a-z0-9:.-]*[a-z0-9])/.exec(evidence)?.[1] ?? project;
    const known = { project, location, consumer, member: 'serviceAccount:ACCOUNT' };
    return [{ text: fillIn(advice.meaning, known), call: fillIn(advice.fix, known) }];
  });
  return [...new Map(remedies.map((remedy) => [remedy.call, remedy])).values()];
}

/** Such as `acme-claude in eu, us; acme-labs in eu`. */
function placesOf(areas: readonly { readonly project: string; readonly location: string }[]): string {
  return [...Map.groupBy(areas, ({ project }) => project)]
    .map(([project, each]) => `${project} in ${each.map(({ location }) => location).join(', ')}`)
    .join('; ');
}
