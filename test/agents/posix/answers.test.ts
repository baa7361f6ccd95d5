/** The doctor and the probe judge every answer of Vertex alike: the same finding, in whatever form HTTP has it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { findAnswer } from '../../../shared/adapters/vertex-verdict.ts';
import { answerRows, type GrpcCode, grpcCodes } from '../../../shared/catalogue/vertex-answers.ts';
import type { KnownAnswer } from '../../support/known-answer.ts';
import { knownAnswers } from '../../support/vertex-answers.ts';
import { script, shells, whyNot } from './machine.ts';

type Answer = Omit<KnownAnswer, 'means'>;
interface Reply {
  readonly status: number;
  readonly body: string;
}

/** https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const statuses: Record<GrpcCode, number> = {
  OK: 200,
  CANCELLED: 499,
  UNKNOWN: 500,
  INVALID_ARGUMENT: 400,
  DEADLINE_EXCEEDED: 504,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  PERMISSION_DENIED: 403,
  RESOURCE_EXHAUSTED: 429,
  FAILED_PRECONDITION: 400,
  ABORTED: 409,
  OUT_OF_RANGE: 400,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
  UNAVAILABLE: 503,
  DATA_LOSS: 500,
  UNAUTHENTICATED: 401,
};

/** The functions of the doctor that judge, without its commands. */
const judge = readFileSync(script, 'utf8').replace(/^main "\$@"\n$/m, '');

describe('the doctor and the probe', { concurrency: 2 }, () => {
  // Each shell gets each answer in another of its forms.
  for (const [offset, shell] of [...shells.keys()].entries())
    it(`find the same in every answer that people met, in ${shell}`, { skip: whyNot(shell) }, () => {
      const cases = knownAnswers
        .filter(({ code }) => code !== null)
        .map((answer, at) => ({ answer, reply: replyTo(answer, at + offset) }));

      const found = findingsOf(
        shell,
        cases.map(({ reply }) => reply),
      );
      for (const [at, { answer, reply }] of cases.entries())
        assert.equal(found[at], findAnswer(answer) ?? 'unknown', reply.body);
    });

  it('find the same in whatever else is made of codes, reasons and words of the table', () => {
    const words = answerRows
      .flatMap(({ text = '' }) => text.split(/[|()*+?^$]/))
      .concat(' ', 'Project ', "'", '\n', 'é');
    const anyAnswer = fc.record({
      code: fc.constantFrom(...grpcCodes.slice(1)),
      reason: fc.constantFrom('', 'MOON_PHASE_VIOLATED', ...answerRows.flatMap(({ reasons = [] }) => reasons)),
      text: fc.array(fc.constantFrom(...words), { maxLength: 5 }).map((parts) => parts.join('')),
    });
    const answers = fc.sample(anyAnswer, { numRuns: 150, seed: 15 });

    const found = findingsOf('dash', answers.map(replyTo));
    assert.deepEqual(
      found,
      answers.map((answer) => findAnswer(answer) ?? 'unknown'),
    );
    assert.ok(new Set(found).size > 15, [...new Set(found)].join());
  });

  it('find nothing in an answer that is neither Google’s nor Claude’s, but what its status says', () => {
    const bodies: readonly (readonly [number, string, string])[] = [
      [200, '<html>Sign in to the network</html>', 'unknown'],
      [200, '{}', 'unknown'],
      [302, '', 'unknown'],
      [401, 'who are you?', 'unauthenticated'],
      [403, '<html>Blocked by the proxy</html>', 'unknown'],
      [403, '{"error": "The team does not have permission to access this model"}', 'unknown'],
      [404, '{"error": "no such route"}', 'wrong_address'],
      [404, '{"detail": "this model is not configured"}', 'unavailable'],
      [407, 'Proxy Authentication Required', 'unknown'],
      [418, '{"error": {"code": 418}}', 'unknown'],
      [500, '<html><title>Error 500 (Server Error)!!1</title></html>', 'unavailable'],
      [502, '<html><title>502 Bad Gateway</title></html>', 'unavailable'],
      [529, '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', 'unavailable'],
    ];

    assert.deepEqual(
      findingsOf(
        'dash',
        bodies.map(([status, body]) => ({ status, body })),
      ),
      bodies.map(([, , finding]) => finding),
    );
  });
});

/** An answer as Google's front ends write it: on one line, on several, with signs encoded, or in an array. */
function replyTo({ code, reason, text }: Answer, form: number): Reply {
  const status = statuses[code ?? 'UNKNOWN'];
  if (code === 'OK') return { status, body: text };
  const info = { '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'googleapis.com' };
  const error = { code: status, message: text, status: code, ...(reason === '' ? {} : { details: [{}, info] }) };
  const encode = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const forms = [
    JSON.stringify({ error }),
    `${JSON.stringify({ error }, null, 2)}\n`,
    JSON.stringify({ error }).replace(/[<>&']/g, encode),
    JSON.stringify([{ error }]),
  ];
  return { status, body: forms[form % forms.length] ?? '' };
}

/** What the doctor's functions find in each reply, in one process. */
function findingsOf(shell: string, replies: readonly Reply[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'pinward-answers-'));
  try {
    for (const [at, { status, body }] of replies.entries())
      writeFileSync(join(folder, String(at)), `${body}\nHTTP ${status}\n`);
    writeFileSync(join(folder, 'judge.sh'), judge);
    const loop = `. "$1/judge.sh"; token=x at=0; while [ -e "$1/$at" ]; do
      read_text "$(cat "$1/$at")"; judge_vertex_answer
      printf '%s\\n' "$out_finding"; at=$((at + 1)); done`;
    const [program = shell, ...flags] = shells.get(shell) ?? [];
    const { stdout, stderr } = spawnSync(program, [...flags, '-c', loop, shell, folder], { encoding: 'utf8' });
    assert.equal(stderr, '');
    return stdout.split('\n').slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
