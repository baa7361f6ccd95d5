// What the code says of its surroundings, read from the code itself: variables, functions, messages of the log, topic,
// push, documents. The other side of the parity test.

import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defaultTopic, targets } from '../../../functions/environment.ts';
import { leaseMs as probeLeaseMs } from '../../../functions/probe/run.ts';
import { dayMs } from '../../../shared/domain/day.ts';
import { keptDays, schemas } from '../../../shared/domain/documents.ts';
import { leaseMs as announceLeaseMs, maxEventAgeMs } from '../../../shared/domain/events/announcement.ts';

export interface Code {
  /** The members of the interface `Environment`. */
  readonly variables: readonly string[];
  /** The functions that are deployed. */
  readonly targets: readonly string[];
  readonly topic: string;
  /** What an attempt to announce, and a run of the probe, must not outlive (milliseconds). */
  readonly announceLeaseMs: number;
  readonly probeLeaseMs: number;
  /** The age from which an event is not announced, and how long its announcement is kept (milliseconds). */
  readonly maxEventAgeMs: number;
  readonly announcementKeptMs: number;
  /** The kinds of documents, and those that expire. */
  readonly kinds: readonly string[];
  readonly expiring: readonly string[];
  /** What firestore.indexes.json says. */
  readonly indexes: readonly unknown[];
  readonly overrides: readonly Override[];
  readonly messages: readonly Message[];
  /** The source of the local push, made as the cloud's should be. */
  readonly push: string;
  /** The kinds of events and the paths of routes, as text to look for them in. */
  readonly events: string;
  readonly routes: string;
}

export interface Override {
  readonly collectionGroup: string;
  readonly fieldPath: string;
  readonly ttl?: boolean;
  readonly indexes: readonly unknown[];
}

/** A call of the log: its level, its static message, and the source of its folder, which names the fields. */
export interface Message {
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
  readonly source: string;
}

export function readCode(): Code {
  const { indexes, fieldOverrides } = JSON.parse(readFileSync('infra/firestore.indexes.json', 'utf8'));
  const environment = readFileSync('functions/environment.ts', 'utf8');
  return {
    variables: [...environment.matchAll(/^ {2}readonly ([A-Z][A-Z0-9_]+)\?:/gm)].map(([, name = '']) => name),
    targets,
    topic: defaultTopic,
    announceLeaseMs,
    probeLeaseMs,
    maxEventAgeMs,
    announcementKeptMs: (keptDays.announcement ?? 0) * dayMs,
    kinds: Object.keys(schemas),
    expiring: Object.keys(keptDays),
    indexes,
    overrides: fieldOverrides,
    messages: globSync('functions/**/*.ts').flatMap(messagesIn),
    push: readFileSync('functions/local/push.ts', 'utf8'),
    events: readFileSync('shared/domain/events/event.ts', 'utf8'),
    routes: globSync('functions/api/admin/routes/*.ts')
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n'),
  };
}

const levels = { info: 'info', warn: 'warn', error: 'error', WARNING: 'warn' } as const;

function messagesIn(file: string): readonly Message[] {
  const folder = globSync(join(dirname(file), '*.ts'));
  const source = folder.map((each) => readFileSync(each, 'utf8')).join('\n');
  const calls = readFileSync(file, 'utf8').matchAll(
    /(?:\blog\.(info|warn|error)\(|\bappend\('(WARNING)', )\s*'([^']+)'/g,
  );
  return [...calls].map(([, method, severity, text = '']) => ({
    // The expression matches no other word.
    level: levels[(method ?? severity) as keyof typeof levels],
    text,
    source,
  }));
}
