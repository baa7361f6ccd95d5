// What a view reads: the last answer of a GET, shared by all views that show it, and read again while somebody looks.

import { useLayoutEffect, useState } from 'preact/hooks';
import { send } from './call.ts';
import type { Problem, Replies } from './replies.ts';

export interface Reading<T> {
  /** The last good answer, also while a newer one can't be had; null before the first. */
  readonly value: T | null;
  readonly etag: string | null;
  /** Why the last call failed; null when it didn't. */
  readonly problem: Problem | null;
}

interface Shared {
  reading: Reading<unknown>;
  readonly listeners: Set<() => void>;
  isReading: boolean;
  /** Whether something changed since the reading began. */
  isOutdated: boolean;
}

const refreshMs = 15_000;
const nothing: Reading<never> = { value: null, etag: null, problem: null };
const all = new Map<string, Shared>();

/** `path` has its query, and null reads nothing. Its route tells the type. */
export function useCall<Route extends keyof Replies>(_route: Route, path: string | null): Reading<Replies[Route]> {
  const [, redraw] = useState(0);
  // Before the browser paints: the answer is what the person waits for.
  useLayoutEffect(() => {
    if (path === null) return;
    const shared = sharedOf(path);
    const listener = () => redraw((count) => count + 1);
    shared.listeners.add(listener);
    // What another part of the page shows is read regularly.
    if (shared.listeners.size === 1 || shared.reading.value === null) read(path, shared);
    return () => {
      shared.listeners.delete(listener);
      if (shared.listeners.size === 0) all.delete(path);
    };
  }, [path]);
  if (path === null) return nothing;
  // The route names the schema by which the service made the answer.
  return (all.get(path)?.reading ?? nothing) as Reading<Replies[Route]>;
}

/** For a route without parameters. */
export function useGet<Route extends keyof Replies>(route: Route): Reading<Replies[Route]> {
  return useCall(route, route);
}

/** After a change, or a sign-in. */
export function readAllAgain(): void {
  for (const [path, shared] of all) {
    shared.isOutdated = shared.isReading;
    read(path, shared);
  }
}

/** Starts the regular reading; nobody reads for a page that nobody sees. */
export function keepReading(): void {
  setInterval(() => {
    if (document.visibilityState === 'visible') readAllAgain();
  }, refreshMs);
}

function sharedOf(path: string): Shared {
  const shared = all.get(path) ?? {
    reading: nothing,
    listeners: new Set<() => void>(),
    isReading: false,
    isOutdated: false,
  };
  all.set(path, shared);
  return shared;
}

async function read(path: string, shared: Shared): Promise<void> {
  if (shared.isReading) return;
  shared.isReading = true;
  const answer = await send<unknown>({ method: 'GET', path });
  shared.isReading = false;
  shared.reading = answer.ok
    ? { value: answer.value, etag: answer.etag, problem: null }
    : { ...shared.reading, problem: answer.problem };
  for (const listener of shared.listeners) listener();
  if (!shared.isOutdated) return;
  shared.isOutdated = false;
  await read(path, shared);
}
