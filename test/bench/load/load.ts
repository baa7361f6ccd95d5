// `npm run load -- --seconds 30`: ten times what an instance can answer. The service runs as it is deployed, in a process of its
// own, with answers that are a millisecond slower (slow.ts); this one offers. First as many logins as are taken tell the
// capacity; then as many are offered beside nine times as many refreshes, which never heed Retry-After; then a trickle tells
// when all is well again. An admin calls all the while. All is judged by ratios within the run. JSON in the last line; exit 1
// when it is not what it should be.

import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readCommandLine, readWholeNumber } from '../../../functions/cli/command-line.ts';
import { createProgress } from '../../../functions/cli/progress.ts';
import { prepareStore, type Running, spawnSubject, token, untilAnswered } from '../server.ts';
import { startCalls } from './admin-calls.ts';
import { measureInsiders } from './insiders.ts';
import { type Offer, type Outcome, startOffer } from './offer.ts';
import { cpuSecondsOf, residentMiBOf } from './process.ts';

const connections = { logins: 64, refreshes: 300 };
const refreshesPerLogin = 9;
const recoveryWithinMs = 5_000;
const onsetWithinMs = 20_000;
/** What infra/api.tf gives an instance. */
const instanceMiB = 512;
const minCpuShare = 0.8;

const help = `Offer a service ten times what it can answer, and judge what becomes of it.

  npm run load -- [--seconds N]

  --seconds N  how long the flood lasts, 2 to 600 (default 30); the rest takes about half a minute
  --help       show this text

The last line is one JSON object. Exit codes: 0 all is as it should be, 1 something isn't, 2 wrong options.
`;

const seconds = readSeconds();
const progress = createProgress();
/** A few seconds can't tell 95 % from what else the machine does. */
const minLogins = seconds >= 30 ? 0.95 : 0.8;
progress.show('preparing the store');
await prepareStore();
const subject = await spawnSubject('pinward', undefined, false, [join(import.meta.dirname, 'slow.ts')]);
try {
  await untilAnswered(subject.url);
  const report = await measure(subject);
  const missed = missedOf(report);
  progress.end();
  process.stdout.write(`${JSON.stringify({ ...report, missed })}\n`);
  if (missed.length > 0) process.exitCode = 1;
} finally {
  await subject.stop();
}

type Report = Awaited<ReturnType<typeof measure>>;

async function measure({ url, process: { pid = 0 } }: Running) {
  const port = Number(new URL(url).port);
  const etag = await etagOf(url);
  const offer = (perSecond: number | 'all', of: 'logins' | 'refreshes', over = {}): Offer =>
    startOffer({ port, token, perSecond, etag: of === 'logins' ? null : etag, connections: connections[of], ...over });
  // Warm, then as many logins as 64 connections bring about.
  const calls = startCalls(url);
  await run('warming up', 3, pid, [offer('all', 'logins')]);
  const alone = await run('measuring the capacity', Math.min(seconds, 8), pid, [offer('all', 'logins')]);
  const capacity = (alone.offers[0]?.statuses[200] ?? 0) / alone.seconds;
  const offers = [offer(capacity, 'logins'), offer(capacity * refreshesPerLogin, 'refreshes')] as const;
  const [{ outcome: logins }, { outcome: refreshes }] = offers;
  const onsetMs = await untilShed(refreshes);
  const before = logins.statuses[200] ?? 0;
  const flood = await run('flooding', seconds, pid, offers);
  const admin = await calls.stop();
  progress.show('recovering');
  const recoveryMs = await recovery(() => offer(20, 'refreshes', { connections: 20 }));
  const restores = await measureInsiders(url, pid);
  const answered = (logins.statuses[200] ?? 0) - before;
  const answeredAlone = alone.offers[0]?.statuses[200] ?? 0;
  return {
    seconds: flood.seconds,
    capacityPerSecond: capacity,
    offeredOfCapacity: (logins.offered + refreshes.offered) / (flood.seconds + onsetMs / 1000) / capacity,
    /** How long it took until the first was shed: what had come by then was answered. */
    onsetMs,
    loginsOfCapacity: answered / flood.seconds / capacity,
    /** By the service's own CPU time, which others on this machine take nothing of. */
    loginsOfCapacityByCpu: answered / flood.cpuSeconds / (answeredAlone / alone.cpuSeconds),
    /** Of a core, alone and in the flood: what a service that has enough to do would all take. */
    cpuShares: [alone.cpuSeconds / alone.seconds, flood.cpuSeconds / flood.seconds],
    loginStatuses: logins.statuses,
    loginWaitMs: { median: quantile(logins.waits, 0.5), p99: quantile(logins.waits, 0.99) },
    refreshes: { offered: refreshes.offered, givenUp: refreshes.givenUp, statuses: refreshes.statuses },
    memoryMiB: { before: alone.memoryMiB.at(-1) ?? 0, ...halves(flood.memoryMiB) },
    admin,
    /** Of an owner, while insiders attack. */
    restores: { ...restores, ratio: restores.slowestMs / restores.slowestAloneMs },
    recoveryMs,
  };
}

/** Lets offers go on for so long. */
async function run(what: string, forSeconds: number, pid: number, offers: readonly Offer[]) {
  const [began, cpu] = [performance.now(), cpuSecondsOf(pid)];
  const memoryMiB: number[] = [];
  while (performance.now() - began < forSeconds * 1000) {
    await wait(250);
    progress.show(`${what}: ${Math.round((performance.now() - began) / 1000)} of ${forSeconds} s`);
    memoryMiB.push(residentMiBOf(pid));
  }
  const cpuSeconds = cpuSecondsOf(pid) - cpu;
  for (const offer of offers) offer.stop();
  return {
    seconds: (performance.now() - began) / 1000,
    cpuSeconds,
    memoryMiB,
    offers: offers.map((each) => each.outcome),
  };
}

/** Until the service has seen that more comes than it can answer; that is what follows. */
async function untilShed(refreshes: Outcome): Promise<number> {
  const began = performance.now();
  while (refreshes.statuses[503] === undefined && performance.now() - began < onsetWithinMs) await wait(5);
  return Math.round(performance.now() - began);
}

/** How long after the flood refreshes are answered again, and a second on; more than it may be when they never are. */
async function recovery(trickle: () => Offer): Promise<number> {
  const began = performance.now();
  const { outcome, stop } = trickle();
  let [lastBad, answered] = [0, 0];
  const end = recoveryWithinMs + 1_000;
  let good = 0;
  for (let now = 0; now < end && (good === 0 || now - lastBad < 1_000); now = performance.now() - began) {
    await wait(20);
    good = outcome.statuses[304] ?? 0;
    const all = Object.values(outcome.statuses).reduce((sum, each) => sum + each, 0);
    if (all > good + answered) [lastBad, answered] = [performance.now() - began, all - good];
  }
  stop();
  return good === 0 ? end : Math.round(lastBad);
}

function missedOf(report: Report): readonly string[] {
  const { refreshes, memoryMiB, admin, recoveryMs } = report;
  // Less says how busy the machine is with other work, and nothing of the service.
  const isJudged = Math.min(...report.cpuShares) >= minCpuShare;
  const atCapacity = Math.max(report.loginsOfCapacity, report.loginsOfCapacityByCpu) >= minLogins;
  if (!isJudged) process.stdout.write('The machine was too busy with other work to judge the capacity for logins\n');
  const held: readonly (readonly [string, boolean])[] = [
    [`logins at ${minLogins * 100} % of capacity`, atCapacity || !isJudged],
    ['refreshes are shed', (refreshes.statuses[503] ?? 0) > 0],
    ['no restore is refused while insiders attack', report.restores.refused === 0],
    ['memory is bounded', Math.max(memoryMiB.later, report.restores.memoryMiB) < instanceMiB],
    ['an admin can act', admin.failed === 0 && admin.answered > 0],
    ['recovered within 5 s', recoveryMs <= recoveryWithinMs],
  ];
  return held.filter(([, isHeld]) => !isHeld).map(([name]) => name);
}

function halves(values: readonly number[]) {
  const middle = Math.floor(values.length / 2);
  return { earlier: Math.max(...values.slice(0, middle)), later: Math.max(...values.slice(middle)) };
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
}

async function etagOf(url: string): Promise<string> {
  const response = await fetch(`${url}/v1/pins.settings.json?machine=first&cli=2.1.331`, {
    headers: { authorization: `Bearer ${token}` },
  });
  await response.arrayBuffer();
  return response.headers.get('etag') ?? '';
}

function readSeconds(): number {
  const { values } = readCommandLine(help, { options: { seconds: { type: 'string', default: '30' } } });
  return readWholeNumber(help, 'seconds', values.seconds, 2, 600);
}
