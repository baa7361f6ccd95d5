// What a person sees of a planned change: the diff, what it means for machines, and what lint has to say. Troubles, too.

import { styleText } from 'node:util';
import type { PinChange } from '../../shared/domain/changes/pin-change.ts';
import { pinChangeFields } from '../announce/pin-change-fields.ts';
import { printable } from '../printable.ts';
import { nameOf, type Plan, type Touched } from './policy-plan.ts';
import type { CommandError } from './service-client.ts';

/** `line` is that of its file, where it is from one. */
type Finding = NonNullable<CommandError['findings']>[number] & { readonly line?: number };
type Changes = Plan['reply']['changes'];
type Color = 'red' | 'green' | 'yellow';

const maxSelectors = 6;
const maxValue = 400;

/** `day` is YYYY-MM-DD. */
export function planText(plan: Plan, file: string, day: string): string {
  const { reply, base, touched } = plan;
  const name = nameOf(file);
  const findings = section(
    'Lint',
    reply.findings.map((finding) => findingText(finding, name)),
  );
  if (!reply.changed) return `Nothing to change: revision ${base} says what ${name} says.\n${findings}`;
  const fields = alikeEffects(reply.pinChanges)
    .flatMap((pinChanges) => pinChangeFields(pinChanges, day))
    .map(([label, value]) => `  ${printable(label)}: ${printable(value)}`);
  return [
    `${name} changes revision ${base} and would make revision ${reply.revision}.\n`,
    section('Changes', membersOf(reply.changes).map(changeText)),
    section('What machines then use', fields),
    section('Machines touched', touched.map(touchedText)),
    section(
      'A second person must approve',
      reply.risks.map((risk) => `  ${printable(risk)}`),
    ),
    findings,
  ].join('');
}

export function errorText(
  { title, hint, field, findings = [], uncallablePins = [] }: CommandError,
  file: string,
): string {
  return [
    `${paint('red', 'Not done:', process.stderr)} ${printable(title)}${field === undefined ? '' : ` (${printable(field)})`}\n`,
    `  ${printable(hint)}\n`,
    section(
      'Lint',
      findings.map((finding) => findingText(finding, nameOf(file), process.stderr)),
    ),
    section('Not proven callable', uncallablePins.map(unprovenText)),
  ].join('');
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${title}:\n${lines.join('\n')}\n`;
}

/** Effects of rings that get the very same, so that none has more facts than an announcement takes. */
function alikeEffects(pinChanges: readonly PinChange[]): readonly (readonly PinChange[])[] {
  const rings = Object.values(Object.groupBy(pinChanges, ({ ring }) => ring)).map((ofRing = []) => ofRing);
  const alike = Object.groupBy(rings, (ofRing) => JSON.stringify(ofRing.map(({ ring: _, ...rest }) => rest)));
  return Object.values(alike).map((same = []) => same.flat());
}

/** In color on a terminal that wants it only: not where NO_COLOR is set, nor into a file. */
function paint(color: Color, words: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(color, words, { stream });
}

/** A first policy is one change; its parts read better. */
function membersOf(changes: Changes): Changes {
  const [first] = changes;
  if (first?.path !== '' || !(first.to instanceof Object)) return changes;
  return Object.entries(first.to).map(([key, to]) => ({ path: `/${key}`, to }));
}

function changeText(change: Changes[number]): string {
  const path = printable(change.path === '' ? '/' : change.path);
  if (!('from' in change)) return paint('green', `  + ${path}: ${valueText(change.to)}`);
  if (!('to' in change)) return paint('red', `  - ${path}: ${valueText(change.from)}`);
  return paint('yellow', `  ~ ${path}: ${valueText(change.from)} -> ${valueText(change.to)}`);
}

function valueText(value: unknown): string {
  const text = printable(JSON.stringify(value));
  return text.length > maxValue ? `${text.slice(0, maxValue)}… (--json shows all)` : text;
}

function touchedText({ ring, match }: Touched): string {
  const more = match.length > maxSelectors ? ` and ${match.length - maxSelectors} more` : '';
  return `  ring ${ring}: ${match.slice(0, maxSelectors).map(printable).join(', ')}${more}`;
}

function findingText(
  { severity, path, message, fix, line }: Finding,
  name: string,
  stream: NodeJS.WriteStream = process.stdout,
): string {
  const mark = severity === 'error' ? paint('red', 'error', stream) : paint('yellow', 'warning', stream);
  const at = line === undefined ? '' : `${printable(name)}:${line} `;
  return `  ${mark} ${at}${printable(path)}: ${printable(message)}\n    ${printable(fix)}`;
}

function unprovenText(uncallablePins: NonNullable<CommandError['uncallablePins']>[number]): string {
  const { ring, family, project, location, model, state, evidence, nearest, elsewhere } = uncallablePins;
  const seen = evidence === '' ? state : `${state}, ${evidence}`;
  const choices = [
    ...(nearest === null ? [] : [`nearest: ${nearest}`]),
    ...elsewhere.map((place) => `callable in ${place}`),
  ];
  const said = `  ${family} of ring ${ring}: ${model} in ${location} of project ${project} (${seen})`;
  return [said, ...choices.map((choice) => `    ${choice}`)].map(printable).join('\n');
}
