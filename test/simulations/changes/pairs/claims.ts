// Claims: what the product says of a change, as its answers say it to people and pipelines. Here they are read again.

import { isDeepStrictEqual } from 'node:util';
import type { Catalogue } from '../../../../shared/domain/models/catalogue.ts';
import { compareVersions } from '../../../../shared/domain/models/version.ts';
import type { Told } from '../oracle/differences.ts';
import type { State } from '../oracle/render.ts';

export interface Claim {
  readonly concerns: readonly string[];
  readonly clients: string | null;
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
  readonly risk: string;
}

export type ClaimsOf = (before: State, after: State, shipped: Catalogue, day: string) => readonly Claim[];

/** Longer values and paths are cut: events keep them. */
const maxLength = 1000;

/** Whether a claim concerns the machines that are in `ring` before, and in `target` after. */
export function concernsMove({ concerns }: Claim, ring: string, target: string): boolean {
  const move = ring === target ? null : `machines that move from ring ${ring} to ring ${target}, such as those of `;
  return concerns.some(
    (each) =>
      each === 'every change' ||
      /^and \d+ more$/.test(each) ||
      (move === null ? each === `ring ${ring}` : each.startsWith(move)),
  );
}

/** Whether a claim concerns a version of Claude Code; null is an unstated one. */
export function concernsVersion({ clients }: Claim, cli: string | null): boolean {
  return clients === null || clients.split(', ').some((range) => isWithin(range, cli));
}

/** Whether a claim says just what was seen. */
export function says({ path, from, to }: Claim, told: Told): boolean {
  return path === cut(told.path) && isValue(from, told.from) && isValue(to, told.to);
}

function isWithin(range: string, cli: string | null): boolean {
  if (range === 'of an unstated version') return cli === null;
  if (cli === null) return false;
  if (range === 'of any stated version') return true;
  const [, after, between, before] = /^(?:(\S+) and later|(?:(\S+) to )?before (\S+))$/.exec(range) ?? [];
  if (after === undefined && before === undefined) throw new Error(`no range of versions: ${range}`);
  const first = after ?? between;
  return (
    (first === undefined || compareVersions(cli, first) >= 0) &&
    (before === undefined || compareVersions(cli, before) < 0)
  );
}

function isValue(said: unknown, value: unknown): boolean {
  if (isDeepStrictEqual(said, value)) return true;
  const text = JSON.stringify(value) ?? '';
  return typeof said === 'string' && text.length > maxLength && said.startsWith(text.slice(0, maxLength));
}

function cut(path: string): string {
  return path.length > maxLength ? `${path.slice(0, maxLength)}…` : path;
}
