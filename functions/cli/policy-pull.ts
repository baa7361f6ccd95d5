// Pulls the policy: writes what stands to a file.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { Revision } from '../../shared/domain/serving/revision.ts';
import { printable } from '../printable.ts';
import { formatOf, updatePolicyText, writePolicy } from './policy-file.ts';
import { type PlanOptions, readCurrentPolicy } from './policy-plan.ts';
import { type Attempt, call, commandError, messageOf } from './service-client.ts';

/** `text` for people, `document` for --json. */
interface Pulled {
  readonly text: string;
  readonly document: object;
}

/** `-` is standard output. An existing file keeps its comments and its order. */
export async function pullPolicy({ file, target }: Pick<PlanOptions, 'file' | 'target'>): Promise<Attempt<Pulled>> {
  const format = formatOf(file);
  if (!format.ok) return format;
  const base = await readCurrentPolicy(target);
  if (!base.ok) return base;
  const { number } = base.value;
  if (number === 0) return commandError('no_policy', 'There is no policy yet', 'Publish one with apply, then pull.');
  const read = await call(target, { method: 'GET', path: `v1/revisions/${number}` }, Revision);
  if (!read.ok) return read;
  const { policy, at, by, note } = read.value.body;
  const heading = printable(
    `Revision ${number} of ${target.url}, made ${at} by ${by}${note === null ? '' : `: ${note}`}`,
  );
  if (file === '-') return pulled(writePolicy(policy, format.value, heading), { revision: number, policy });
  try {
    const old = existsSync(file) ? readFileSync(file, 'utf8') : null;
    const { text, how } = updatePolicyText(old, policy, format.value, heading);
    if (how !== 'same') writeFileSync(file, text);
    return pulled(`${file} ${pullTexts[how]} revision ${number}.\n`, { revision: number, file, how });
  } catch (error) {
    return commandError('file_unwritable', `${file}: ${messageOf(error)}`, 'Nothing was changed.');
  }
}

const pullTexts = {
  same: 'already has the policy of',
  revised: 'was updated to',
  written: 'was written from',
} as const;

function pulled(text: string, document: object): Attempt<Pulled> {
  return { ok: true, value: { text, document } };
}
