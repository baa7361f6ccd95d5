/** A complaint is one problem of a machine and the finding that the doctor must print. Each complaint is one test. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathOf } from './machine.ts';
import { type Delivery, newPatient, type Patient } from './patient.ts';

export interface Complaint {
  readonly name: string;
  readonly delivery?: Delivery;
  readonly cli?: string;
  /** Whether the doctor has to contact the server or Google. */
  readonly online?: boolean;
  /** Whether PATH is only the machine's own bin. */
  readonly bare?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  /** Makes a healthy machine have the problem. */
  worsen?(patient: Patient): void;
  /** The check that finds the problem. */
  readonly check: string;
  readonly says: RegExp;
  readonly means?: RegExp;
  readonly mends: RegExp;
}

export function findsEach(subject: string, complaints: readonly Complaint[]): void {
  describe(subject, { concurrency: 2 }, () => {
    for (const complaint of complaints) it(`finds ${complaint.name}`, () => assertFound(complaint));
  });
}

async function assertFound({ delivery, cli, online, bare, env = {}, worsen, check, says, means, mends }: Complaint) {
  await using patient = await newPatient(delivery, cli);
  worsen?.(patient);
  const where = bare === true ? { shell: pathOf('dash'), env: { PATH: patient.machine.path('bin') } } : {};
  const args = online === true ? [] : ['--offline'];
  const { code, err, out, checks, commands } = await patient.examine({ args, ...where, env: { ...env, ...where.env } });
  assert.match(checks[check] ?? '', /^problem /, out);
  assert.match(checks[check] ?? '', says);
  if (means !== undefined) assert.match(out, means);
  assert.ok(
    commands.some((command) => mends.test(command)),
    out,
  );
  assert.deepEqual([code, err], [1, ''], out);
}
