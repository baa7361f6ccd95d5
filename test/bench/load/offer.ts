// Offers polls at a rate, whatever becomes of them: each that is due takes a free connection. A login that finds none waits
// for one, as a person does; a refresh is given up, as the platform in front gives up what its queue can't hold.

import { openConnection, pollOf } from './connection.ts';

export interface Wanted {
  readonly port: number;
  readonly token: string;
  readonly connections: number;
  /** Or 'all': each connection asks again as soon as it is answered. */
  readonly perSecond: number | 'all';
  /** For refreshes; null for logins. */
  readonly etag: string | null;
}

export interface Outcome {
  offered: number;
  /** Refreshes for which no connection was free. */
  givenUp: number;
  /** Answers by status; 0 for connections that broke. */
  readonly statuses: Record<number, number>;
  /** Milliseconds from when each login was due until it was answered; the latest hundred thousand. */
  readonly waits: number[];
}

export interface Offer {
  readonly outcome: Outcome;
  stop(): void;
}

const tickMs = 2;
const names = 20_000;
const maxWaits = 100_000;

export function startOffer({ port, token, connections, perSecond, etag }: Wanted): Offer {
  const outcome: Outcome = { offered: 0, givenUp: 0, statuses: {}, waits: [] };
  const all = Array.from({ length: connections }, () => openConnection(port));
  const free = [...all];
  /** When the logins that wait for a connection were due. */
  const due: number[] = [];
  const began = performance.now();
  let first = 0;
  let isStopped = false;

  function send(at: number): void {
    const connection = free.pop();
    if (connection === undefined) return;
    // A machine has one name: there are so many that none asks too often.
    const machine = `machine-${outcome.offered % names}`;
    connection.ask(pollOf(machine, token, etag), (status) => {
      free.push(connection);
      if (isStopped) return;
      outcome.statuses[status] = (outcome.statuses[status] ?? 0) + 1;
      if (etag === null && outcome.waits.length < maxWaits) outcome.waits.push(performance.now() - at);
      if (perSecond === 'all') {
        outcome.offered += 1;
        send(performance.now());
        return;
      }
      const next = due[first];
      if (next === undefined) return;
      first += 1;
      send(next);
    });
  }

  const timer = setInterval(() => {
    const now = performance.now();
    const wanted = perSecond === 'all' ? free.length : Math.floor(((now - began) / 1000) * perSecond) - outcome.offered;
    for (let each = 0; each < wanted; each++) {
      outcome.offered += 1;
      if (free.length > 0) send(now);
      else if (etag === null) due.push(now);
      else outcome.givenUp += 1;
    }
  }, tickMs);

  return {
    outcome,
    stop() {
      isStopped = true;
      clearInterval(timer);
      for (const connection of all) connection.close();
    },
  };
}
