// What is lower or neutral, by the oracle's own table of ten lines. Everything else needs a second person.

import { type Catalogue, findModel, priceIn } from '../../../../shared/domain/models/catalogue.ts';
import { compareModels, parseModel } from '../../../../shared/domain/models/model.ts';
import type { RolloutSchedule } from '../../../../shared/domain/policy/rollout-schedule.ts';
import type { UpgradeRule } from '../../../../shared/domain/policy/upgrade-rule.ts';
import type { ServedUnit, Told } from './differences.ts';
import { allows, cleaned, denies, isExact, readName, type Stops } from './model-lists.ts';
import type { Rendered } from './render.ts';

export type Verdict = 'lower' | 'neutral' | 'higher';

type Row = readonly [RegExp, Verdict, (from: unknown, to: unknown, catalogue: Catalogue, files: Files) => boolean];

/** The two files in which a difference was seen; null for what governs later changes. */
export type Files = readonly [Rendered, Rendered] | null;

const table: readonly Row[] = [
  [/^\/ring$/, 'neutral', () => true],
  [/^\/settings\/(companyAnnouncements|spinner(Verbs|TipsEnabled|TipsOverride))(\/|$)/, 'neutral', () => true],
  [/^\/(locked|secondPerson)$/, 'lower', (_, to) => to === true],
  [/^\/pins\/\w+$/, 'lower', isOlder],
  [/^\/settings\/availableModels$/, 'lower', allowsFewerModels],
  [/^\/settings\/deniedModels$/, 'lower', deniesMoreModels],
  [/^\/settings\/(deniedMcpServers|permissions\/deny)$/, 'lower', (from, to) => isPart(from ?? [], to)],
  [/^\/settings\/allowed(Providers|McpServers|HttpHookUrls)$/, 'lower', (from, to) => isPart(to, from ?? everything)],
  [/^\/settings\/permissions\/(allow|additionalDirectories)$/, 'lower', (from, to) => isPart(to ?? [], from)],
  [/^\/upgrades\/\w+$/, 'lower', isSlowerRule],
  [/^\/rollout$/, 'lower', isSlowerSchedule],
];

/** An absent list of what is allowed allows everything. */
const everything = Symbol('everything');
const shippedSchedule = { stages: [1, 10, 50, 100], bakeMinutes: 60, abortAtFailurePercent: 5, minReports: 20 };

export function verdictOn({ path, from, to }: Told, catalogue: Catalogue, files: Files): Verdict {
  const row = table.find(([paths, , isSo]) => paths.test(path) && isSo(from, to, catalogue, files));
  return row === undefined ? 'higher' : row[1];
}

/** A list that stops a machine's model moves the machine to another one; an older pin that is stopped isn't run. */
export function movesMachines({ path, from, to }: Told, { called, refused, stopped }: Stops): boolean {
  if (path.startsWith('/pins/')) return isUnit(to) && stopped.includes(to.model);
  if (path === '/settings/availableModels') return refused.length > 0;
  if (path !== '/settings/deniedModels' || !isList(to)) return false;
  const had = isList(from) ? from.map(readName) : [];
  const added = to.filter((entry) => !had.includes(readName(entry)));
  return called.some((id) => denies(added, id));
}

/** An older model of the same line in the same project and place at no higher price. */
function isOlder(from: unknown, to: unknown, catalogue: Catalogue): boolean {
  if (!isUnit(from) || !isUnit(to)) return false;
  const [before, after] = [parseModel(from.model), parseModel(to.model)];
  if (before === null || after === null || before.family !== after.family) return false;
  const [paid, pays] = [from, to].map(({ model, location }) => {
    const entry = findModel(catalogue, model);
    return entry === null ? null : priceIn(entry, location);
  });
  return (
    compareModels(after, before) <= 0 &&
    from.project === to.project &&
    from.location === to.location &&
    from.context1m === to.context1m &&
    !!paid &&
    !!pays &&
    pays.input <= paid.input &&
    pays.output <= paid.output
  );
}

/** Each entry stood in the former list or is a version that it allowed, and no known model is allowed anew. */
function allowsFewerModels(from: unknown, to: unknown, catalogue: Catalogue, files: Files): boolean {
  if (!isList(to)) return false;
  if (!isList(from)) return from === undefined && to.every((entry) => readName(entry) !== null);
  // An old Claude Code reads prefixes where a newer one compares whole ids. A lock lists whole ids.
  const ways = files === null || files[1].locked ? [] : [[isExact(files[0]), isExact(files[1])] as const];
  return [[false, false] as const, ...ways].every(([before, after]) => {
    const known = catalogue.map(({ id }) => id);
    const isNew = (id: string) => allows(to, id, after) && !allows(from, id, before);
    const isLost = (id: string) => allows(from, id, before) && !allows(to, id, after);
    const stood = from.map(cleaned);
    const isVersion = (entry: string) =>
      /\d/.test(entry) &&
      readName(entry) !== null &&
      allows(from, `claude-${entry}`, before) &&
      (!after || known.includes(`claude-${entry}`));
    return (
      to.map(cleaned).every((entry) => stood.includes(entry) || isVersion(entry)) &&
      !known.some(isNew) &&
      (to.length < from.length || known.some(isLost))
    );
  });
}

/** All that was denied still is, and what is new can be read. */
function deniesMoreModels(from: unknown, to: unknown): boolean {
  if (!isList(to) || !(from === undefined || isList(from))) return false;
  const keyOf = (entry: unknown) => readName(entry) ?? JSON.stringify(entry);
  const [had, has] = [(from ?? []).map(keyOf), to.map(keyOf)];
  return (
    had.every((name) => has.includes(name)) &&
    to.every((entry) => had.includes(keyOf(entry)) || readName(entry) !== null)
  );
}

function isPart(part: unknown, whole: unknown): boolean {
  if (!isList(part)) return false;
  return (
    whole === everything || (isList(whole) && part.length < whole.length && part.every((each) => whole.includes(each)))
  );
}

function isSlowerRule(from: unknown, to: unknown): boolean {
  const speeds = ['manual', 'approve', 'auto'];
  // Rules come from a policy that its schema has read.
  const [before, after] = [from as UpgradeRule, to as UpgradeRule];
  return speeds.indexOf(after.rule) <= speeds.indexOf(before.rule) && after.soakHours >= before.soakHours;
}

/** At no time more machines, and no more failures before it ends. Without a schedule, upgrades have the shipped one. */
function isSlowerSchedule(from: unknown, to: unknown): boolean {
  // Schedules come from a policy that its schema has read.
  const [before, after] = [(from ?? shippedSchedule) as RolloutSchedule, to as RolloutSchedule | undefined];
  if (after === undefined) return false;
  const reach = ({ stages }: RolloutSchedule) => Array.from({ length: 20 }, (_, at) => stages[at] ?? 100);
  return (
    reach(after).every((percent, at) => percent <= (reach(before)[at] ?? 100)) &&
    after.bakeMinutes >= before.bakeMinutes &&
    after.abortAtFailurePercent <= before.abortAtFailurePercent &&
    after.minReports <= before.minReports
  );
}

function isUnit(value: unknown): value is ServedUnit {
  return typeof value === 'object' && value !== null && 'project' in value;
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
