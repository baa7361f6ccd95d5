// The terminal output for a planned change: the diff, its effect on machines and lint findings. Also for command
// errors.

import { styleText } from 'node:util';
import type { PinChange } from '../../shared/domain/changes/pin-change.ts';
import { describeConsequence } from '../../shared/domain/consequences/consequence.ts';
import { pinChangeFields } from '../announce/pin-change-fields.ts';
import { printable } from '../printable.ts';
import { nameOf, type Plan, type Touched } from './policy-plan.ts';
import type { CommandError } from './service-client.ts';

/** `line` is the line in the policy file, if there is one. */
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
  if (!reply.changed) return `${unchangedText(reply, base, name)}\n${findings}`;
  const fields = groupAlike(reply.pinChanges)
    .flatMap((pinChanges) => pinChangeFields(pinChanges, day))
    .map(([label, value]) => `  ${printable(label)}: ${printable(value)}`);
  return [
    `${name} changes revision ${base} and would make revision ${reply.revision}.\n`,
    section('Changes', membersOf(reply.changes).map(changeText)),
    section('Effect on pins', fields),
    section('Consequences', consequenceLines(reply)),
    section('By stages', reply.rollouts.map(rolloutText)),
    section('Machines affected', touched.map(touchedText)),
    section(
      'A second person must approve',
      reply.risks.map((risk) => `  ${printable(risk)}`),
    ),
    findings,
  ].join('');
}

function unchangedText({ rollouts }: Plan['reply'], base: number, name: string): string {
  if (rollouts.length === 0) return `Nothing to change: revision ${base} has the policy of ${name}.`;
  return `Nothing to change: the rest of ${name} is under way, by rollout ${rollouts.join(', ')}.`;
}

function consequenceLines({ consequences, moreConsequences, moreRaising }: Plan['reply']): readonly string[] {
  const more = moreConsequences === 0 ? [] : [`  and ${moreConsequences} more, of which ${moreRaising} raise risk`];
  return [...consequences.map(consequenceText), ...more];
}

function consequenceText(consequence: Plan['reply']['consequences'][number]): string {
  const color = { raises: 'red', lowers: 'green', neutral: 'yellow' } as const;
  return paint(color[consequence.risk], `  ${consequence.risk} ${printable(describeConsequence(consequence))}`);
}

function rolloutText(rollout: number): string {
  return `  rollout ${rollout} brings its pin to the ring by stages (--at-once REASON does it in one step)`;
}

export function errorText(
  { title, hint, field, findings = [], uncallablePins = [] }: CommandError,
  file: string,
): string {
  const where = field === undefined ? '' : ` (${printable(field)})`;
  return [
    `${paint('red', 'Not done:', process.stderr)} ${printable(title)}${where}\n`,
    `  ${printable(hint)}\n`,
    section(
      'Lint',
      findings.map((finding) => findingText(finding, nameOf(file), process.stderr)),
    ),
    section('Not known to be callable', uncallablePins.map(uncallableText)),
  ].join('');
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${title}:\n${lines.join('\n')}\n`;
}

/** Groups rings with the same pin changes, so that no group has more fields than one announcement. */
function groupAlike(pinChanges: readonly PinChange[]): readonly (readonly PinChange[])[] {
  const rings = Object.values(Object.groupBy(pinChanges, ({ ring }) => ring)).map((ofRing = []) => ofRing);
  const alike = Object.groupBy(rings, (ofRing) => JSON.stringify(ofRing.map(({ ring: _, ...rest }) => rest)));
  return Object.values(alike).map((same = []) => same.flat());
}

/** Colored only on a terminal, and not if NO_COLOR is set. */
function paint(color: Color, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(color, text, { stream });
}

/** A first policy is a single change, shown as one change for each key. */
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
  const label = severity === 'error' ? paint('red', 'error', stream) : paint('yellow', 'warning', stream);
  const at = line === undefined ? '' : `${printable(name)}:${line} `;
  return `  ${label} ${at}${printable(path)}: ${printable(message)}\n    ${printable(fix)}`;
}

function uncallableText(uncallablePin: NonNullable<CommandError['uncallablePins']>[number]): string {
  const { ring, family, project, location, model, state, evidence, nearest, elsewhere } = uncallablePin;
  const result = evidence === '' ? state : `${state}, ${evidence}`;
  const choices = [
    ...(nearest === null ? [] : [`nearest: ${nearest}`]),
    ...elsewhere.map((other) => `callable in ${other}`),
  ];
  const pin = `  ${family} of ring ${ring}: ${model} in ${location} of project ${project} (${result})`;
  return [pin, ...choices.map((choice) => `    ${choice}`)].map(printable).join('\n');
}
