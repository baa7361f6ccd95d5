// A policy file in YAML or JSON: `plan` and `apply` read it, `pull` writes it. In an existing YAML file, `pull` changes
// only the values that differ, and keeps comments and order.

import { isDeepStrictEqual } from 'node:util';
import { Document, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { Policy } from '../../shared/domain/policy/policy.ts';
import { readDraft } from '../../shared/domain/policy/read-draft.ts';
import { type Attempt, type CommandError, commandError, messageOf } from './service-client.ts';

export type Format = 'yaml' | 'json';

export interface PolicyFile {
  readonly draft: unknown;
  /** The line of a value, or of the nearest value that contains it, by its RFC 6901 pointer. */
  lineOf(pointer: string): number;
}

/** By the file's extension. `-` is read as YAML, which includes JSON. */
export function formatOf(file: string): Attempt<Format> {
  if (file === '-' || /\.ya?ml$/i.test(file)) return { ok: true, value: 'yaml' };
  if (/\.json$/i.test(file)) return { ok: true, value: 'json' };
  return commandError('file_form', `${file} has no YAML or JSON extension`, 'Rename it to .yaml, .yml or .json.');
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
    const checked = readDraft(z.unknown(), draft);
    if (!checked.ok && checked.fault.code === 'policy_invalid') return invalid([...checked.fault.findings]);
    return { ok: true, value: { draft, lineOf: (pointer) => lineOf(document, lines, pointer) } };
  } catch (error) {
    return unreadable(name, messageOf(error));
  }
}

/** The text of a new file. `heading` becomes a comment if the format has comments. */
export function writePolicy(policy: Policy, format: Format, heading: string): string {
  if (format === 'json') return `${JSON.stringify(policy, null, 2)}\n`;
  const document = new Document(policy);
  document.commentBefore = ` ${heading}`;
  return document.toString({ lineWidth: 0 });
}

/** Returns a file unchanged if it has the policy, else revised with its comments if possible, else written new. */
export function updatePolicyText(old: string | null, policy: Policy, format: Format, heading: string) {
  const before = old === null ? null : readPolicyText(old, format, '');
  if (old !== null && before?.ok && isDeepStrictEqual(Policy.safeParse(before.value.draft).data, policy)) {
    return { text: old, how: 'same' } as const;
  }
  const revised = old !== null && format === 'yaml' ? revisePolicy(old, policy, heading) : null;
  if (revised !== null) return { text: revised, how: 'revised' } as const;
  return { text: writePolicy(policy, format, heading), how: 'written' } as const;
}

/** Null when the old text can't be revised to this policy. */
function revisePolicy(text: string, policy: Policy, heading: string): string | null {
  try {
    const document = parseYaml(text);
    const before = Policy.safeParse(document.toJS());
    if (document.errors.length > 0 || !before.success) return null;
    revise(document, document.contents, before.data, policy);
    document.commentBefore = [` ${heading}`, ...olderComment(document.commentBefore)].join('\n');
    const revised = document.toString(layoutOf(text));
    // Through a YAML anchor, a change may have reached another value.
    return isDeepStrictEqual(Policy.parse(parseYaml(revised).toJS()), policy) ? revised : null;
  } catch {
    return null;
  }
}

/** The style of a file that can be kept: indented lists, and padded brackets. */
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

/** Changes the node of `from` into a node of `to`, and keeps the parts that are equal. */
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
    // The library attaches a comment above the first item to the list, but the comment is about the item.
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

/** The identity of a list item: a ring's name, a model's id, else the item itself. */
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
