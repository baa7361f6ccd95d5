// A policy as a file, YAML or JSON: read for `plan` and `apply`, written by `pull`. Values of a YAML file that already say
// what stands are left as they are, with their comments and order.

import { isDeepStrictEqual } from 'node:util';
import { Document, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { Policy } from '../../shared/domain/policy/policy.ts';
import { readDraft } from '../../shared/domain/policy/read-draft.ts';
import { type Attempt, type CommandError, commandError, messageOf } from './service-client.ts';

export type Format = 'yaml' | 'json';

export interface PolicyFile {
  readonly draft: unknown;
  /** The line of a value, or of the nearest around it, by its RFC 6901 pointer. */
  lineOf(pointer: string): number;
}

/** By the extension of its name; `-` is YAML, of which JSON is a part. */
export function formatOf(file: string): Attempt<Format> {
  if (file === '-' || /\.ya?ml$/i.test(file)) return { ok: true, value: 'yaml' };
  if (/\.json$/i.test(file)) return { ok: true, value: 'json' };
  return commandError('file_form', `${file} is neither YAML nor JSON by its name`, 'Call it .yaml, .yml or .json.');
}

export function readPolicyText(text: string, format: Format, name: string): Attempt<PolicyFile> {
  const lines = new LineCounter();
  const document = parseYaml(text, lines);
  const [mistake] = document.errors.filter(({ code }) => format === 'yaml' || code === 'DUPLICATE_KEY');
  if (mistake !== undefined) {
    const at = lines.linePos(mistake.pos[0]);
    const [what = ''] = mistake.message.split(/;| at line \d+/);
    return unreadable(`${name}:${at.line}`, what);
  }
  try {
    const draft: unknown = format === 'json' ? JSON.parse(text.replace(/^\uFEFF/, '')) : document.toJS();
    if (draft === null || draft === undefined) return unreadable(name, 'it is empty');
    const sound = readDraft(z.unknown(), draft);
    if (!sound.ok && sound.fault.code === 'policy_invalid') return invalid([...sound.fault.findings]);
    return { ok: true, value: { draft, lineOf: (pointer) => lineOf(document, lines, pointer) } };
  } catch (error) {
    return unreadable(name, messageOf(error));
  }
}

/** The bytes of a new file. `heading` becomes a comment where the format has any. */
export function writePolicy(policy: Policy, format: Format, heading: string): string {
  if (format === 'json') return `${JSON.stringify(policy, null, 2)}\n`;
  const document = new Document(policy);
  document.commentBefore = ` ${heading}`;
  return document.toString({ lineWidth: 0 });
}

/** A file brought up to date: left alone where it says so already, else revised where that keeps comments, else anew. */
export function updatePolicyText(old: string | null, policy: Policy, format: Format, heading: string) {
  const before = old === null ? null : readPolicyText(old, format, '');
  if (old !== null && before?.ok && isDeepStrictEqual(Policy.safeParse(before.value.draft).data, policy)) {
    return { text: old, how: 'same' } as const;
  }
  const revised = old !== null && format === 'yaml' ? revisePolicy(old, policy, heading) : null;
  if (revised !== null) return { text: revised, how: 'revised' } as const;
  return { text: writePolicy(policy, format, heading), how: 'written' } as const;
}

/** Null where only a new file can say what stands. */
function revisePolicy(text: string, policy: Policy, heading: string): string | null {
  try {
    const document = parseYaml(text);
    const before = Policy.safeParse(document.toJS());
    if (document.errors.length > 0 || !before.success) return null;
    revise(document, document.contents, before.data, policy);
    document.commentBefore = [` ${heading}`, ...olderComment(document.commentBefore)].join('\n');
    const revised = document.toString(layoutOf(text));
    // An anchor may have carried a change to where it doesn't belong.
    return isDeepStrictEqual(Policy.parse(parseYaml(revised).toJS()), policy) ? revised : null;
  } catch {
    return null;
  }
}

/** The habits of a file that Pinward can keep: whether lists are indented, and brackets padded. */
function layoutOf(text: string) {
  const indentSeq = !/^( *)[^\s#-].*:[ \t]*\n\1- /m.test(text);
  return { lineWidth: 0, indentSeq, flowCollectionPadding: !/[[{][^\s\]}]/.test(text) };
}

function parseYaml(text: string, lineCounter = new LineCounter()): Document {
  return parseDocument(text, { lineCounter, merge: true, stringKeys: true, prettyErrors: false });
}

function unreadable(where: string, what: string) {
  return commandError('file_unreadable', `${where}: ${what}`, 'Nothing was sent.');
}

function invalid(findings: NonNullable<CommandError['findings']>) {
  const [first] = findings;
  return commandError('policy_invalid', first?.message ?? 'The policy has errors', first?.fix ?? 'See findings.', {
    findings,
  });
}

function lineOf(document: Document, lines: LineCounter, pointer: string): number {
  const path = pointer.split('/').slice(1);
  const steps = path.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  for (let length = steps.length; length > 0; length--) {
    const found = document.getIn(steps.slice(0, length), true);
    if (isMap(found) || isSeq(found) || isScalar(found)) return lines.linePos(found.range?.[0] ?? 0).line;
  }
  return 1;
}

/** The node that says `to` where `node` says `from`: the same one, as far as they agree. */
function revise(document: Document, node: unknown, from: unknown, to: unknown): unknown {
  if (isMap(node) && isRecord(from) && isRecord(to)) {
    for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
      if (isDeepStrictEqual(from[key], to[key])) continue;
      if (to[key] === undefined) node.delete(key);
      else node.set(key, revise(document, node.get(key, true), from[key], to[key]));
    }
    return node;
  }
  if (isSeq(node) && Array.isArray(from) && Array.isArray(to)) {
    const old = [...node.items];
    // A comment above the first item is kept with the list, though it speaks of the item.
    if (isMap(old[0]) && node.commentBefore != null) {
      old[0].commentBefore = node.commentBefore;
      node.commentBefore = null;
    }
    node.items = to.map((item: unknown) => {
      const at = from.findIndex((each) => isDeepStrictEqual(keyOf(each), keyOf(item)));
      return at === -1 ? document.createNode(item) : revise(document, old[at], from[at], item);
    });
    return node;
  }
  if (isDeepStrictEqual(from, to)) return node;
  if (isScalar(node) && !(to instanceof Object)) {
    node.value = to;
    return node;
  }
  return document.createNode(to);
}

/** What tells the items of a list apart: rings by name, models by id, all else by itself. */
function keyOf(item: unknown): unknown {
  return isRecord(item) ? (item['name'] ?? item['id'] ?? item) : item;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without the heading of an earlier pull. */
function olderComment(comment: string | null | undefined): readonly string[] {
  return (comment ?? '').split('\n').filter((line) => line !== '' && !/^ Revision \d+ of /.test(line));
}
