// Plans a policy change from a file, and makes the change. A plan is a dry run by the service, so it shows what the
// change would really do.

import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { z } from 'zod';
import { Policy } from '../../shared/domain/policy/policy.ts';
import { ChangeReply } from '../api/admin/schemas/common.ts';
import { formatOf, type PolicyFile, readPolicyText } from './policy-file.ts';
import {
  type Answer,
  type Attempt,
  type CommandError,
  call,
  commandError,
  messageOf,
  type Target,
} from './service-client.ts';

export interface PlanOptions {
  readonly target: Target;
  /** `-` is standard input. */
  readonly file: string;
  readonly note: string | undefined;
  readonly force: string | undefined;
  readonly atOnce: string | undefined;
}

/** The policy of a file, and what stands. A change is refused if something else stands by then. */
export interface Draft {
  readonly file: PolicyFile;
  readonly base: CommittedState;
}

export interface Plan {
  /** The number of the revision that the plan was made against; 0 for none. */
  readonly base: number;
  readonly reply: Change;
  readonly touched: readonly Touched[];
}

/** A ring whose machines are affected. `match` selects its machines. */
export interface Touched {
  readonly ring: string;
  readonly match: readonly string[];
}

export interface CommittedState {
  readonly number: number;
  readonly policy: Policy | null;
}

type Change = z.infer<typeof ChangeReply>;

/** Policy keys that a ring can override. */
const overridable = ['project', 'location', 'lock'] as const;
/** Policy keys that affect every ring. */
const shared = ['settings', 'models'];

export async function readDraft(options: PlanOptions): Promise<Attempt<Draft>> {
  const file = await readDraftFile(options.file);
  if (!file.ok) return file;
  const base = await readCurrentPolicy(options.target);
  return base.ok ? { ok: true, value: { file: file.value, base: base.value } } : base;
}

export async function planChange(options: PlanOptions, draft: Draft): Promise<Attempt<Plan>> {
  const planned = await put(options, draft, { 'dry-run': 'true' });
  if (!planned.ok) return planned;
  const { file, base } = draft;
  const reply = planned.value.body;
  const findings = withLines(reply.findings, file);
  const touched = touchedRings(reply.changes, base.policy, file.draft);
  return { ok: true, value: { base: base.number, reply: { ...reply, findings }, touched } };
}

/** Makes the change, or a proposal for a second person. Fails if the draft's revision isn't current any more. */
export function makeChange(options: PlanOptions, draft: Draft): Promise<Attempt<Answer<Change>>> {
  return put(options, draft, {});
}

/** Whether a change is refused for models of which nobody may have asked the probe. */
export function isForProbe({ code }: CommandError): boolean {
  return code === 'policy_invalid' || code === 'model_not_callable';
}

/** Tries the change. Is it refused, the next run of the probe asks about its models, and the hint says when. */
export function tryOrProbe(options: PlanOptions, draft: Draft): Promise<Attempt<Answer<Change>>> {
  return put(options, draft, { probe: 'true' });
}

/** The current policy. Number 0 and null before the first one. */
export async function readCurrentPolicy(target: Target): Promise<Attempt<CommittedState>> {
  const read = await call(target, { method: 'GET', path: 'v1/policy' }, Policy);
  if (!read.ok && read.commandError.code === 'no_policy') return { ok: true, value: { number: 0, policy: null } };
  if (!read.ok) return read;
  const number = Number(/\d+/.exec(read.value.etag ?? '')?.[0]);
  if (!Number.isNaN(number)) return { ok: true, value: { number, policy: read.value.body } };
  return commandError(
    'not_pinward',
    'The response has no ETag',
    'A proxy in front of Pinward removes it. Let the proxy pass the ETag header.',
  );
}

async function readDraftFile(file: string): Promise<Attempt<PolicyFile>> {
  const format = formatOf(file);
  if (!format.ok) return format;
  const name = nameOf(file);
  try {
    return readPolicyText(file === '-' ? await text(process.stdin) : readFileSync(file, 'utf8'), format.value, name);
  } catch (error) {
    return commandError('file_unreadable', `${name}: ${messageOf(error)}`, 'Nothing was sent.');
  }
}

/** A file's name in messages. */
export function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}

async function put(
  options: PlanOptions,
  { file, base }: Draft,
  how: Readonly<Record<string, string>>,
): Promise<Attempt<Answer<Change>>> {
  const query = new URLSearchParams({
    ...how,
    ...(options.note === undefined ? {} : { note: options.note }),
    ...(options.force === undefined ? {} : { force: options.force }),
    ...(options.atOnce === undefined ? {} : { 'at-once': options.atOnce }),
  });
  const request = { path: `v1/policy?${query}`, body: file.draft, ifMatch: `"${base.number}"` };
  const answered = await call(options.target, { method: 'PUT', ...request }, ChangeReply);
  return answered.ok ? answered : locate(answered, file);
}

function locate<T extends Extract<Attempt<never>, { ok: false }>>(failed: T, file: PolicyFile) {
  const { findings } = failed.commandError;
  if (findings === undefined) return failed;
  return { ok: false, commandError: { ...failed.commandError, findings: withLines(findings, file) } } as const;
}

function withLines<T extends { readonly path: string }>(findings: readonly T[], file: PolicyFile) {
  return findings.map((finding) => ({ ...finding, line: file.lineOf(finding.path) }));
}

/** The rings that a change affects: those it names, and for a policy-wide key those that don't override the key. */
function touchedRings(changes: Change['changes'], before: Policy | null, draft: unknown): readonly Touched[] {
  const after = Policy.safeParse(draft).data ?? null;
  const rings = new Map([...(before?.rings ?? []), ...(after?.rings ?? [])].map((ring) => [ring.name, ring]));
  const changedKeys = changes.map(({ path }) => path.split('/')).map(([, key = '', name]) => ({ key, name }));
  return [...rings.values()]
    .filter((ring) =>
      changedKeys.some(({ key, name }) => {
        if (key === 'rings') return name === undefined || name === ring.name;
        const override = overridable.find((each) => each === key);
        return override === undefined ? key === '' || shared.includes(key) : ring[override] === undefined;
      }),
    )
    .map(({ name, match }) => ({ ring: name, match }));
}
