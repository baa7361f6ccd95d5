// Signatures of answers, for the poll. Each distinct statement is signed once and remembered, so that no poll but the first
// of its kind waits. A signer that fails or hangs keeps nobody from pins: the answer goes out unsigned and says so.

import { type Fault, fail, ok, type Result } from '../../../shared/domain/fault.ts';
import { type Statement, statementText } from '../../../shared/domain/serving/statement.ts';
import type { Clock, Signer } from '../../../shared/ports.ts';
import { withTimeout } from '../../../shared/with-timeout.ts';
import type { Log } from '../../log.ts';

/** The organisation's keys; there are two while one takes over from the other. */
export interface SigningKeys {
  readonly organisation: string;
  /** Signs answers, and vouches for `next`. */
  readonly current: Signer;
  readonly next: Signer | null;
  /** Signs no answers any more, but vouches for `current`. */
  readonly retiring: Signer | null;
}

/** What an answer has to carry. */
export interface SignatureHeaders {
  /** Names and values of headers by turns. */
  readonly headers: readonly string[];
  /** False while the signer fails: the same answer may be signed a little later. */
  readonly isFinal: boolean;
}

export interface Signatures {
  /** At once where it is known, or known that there is none now; else a promise, which never fails. */
  sign(answer: Omit<Statement, 'organisation'>): SignatureHeaders | Promise<SignatureHeaders>;
}

/** For so long a poll waits for its signature; one that comes later is for those after it. */
const waitMs = 4_000;
/** How soon a signer that failed is tried again, by one poll. */
export const signAgainAfterMs = 10_000;
const maxEntries = 5_000;
const noSignature: Fault = { code: 'signer_unavailable', detail: `no signature within ${waitMs} ms` };

/** Without keys nothing is signed. */
export function createSignatures(keys: SigningKeys | null, clock: Clock, log: Log): Signatures {
  if (keys === null) return { sign: () => ({ headers: ['Pinward-Unsigned', 'no key'], isFinal: true }) };
  const { organisation, current } = keys;
  const ours = ['Pinward-Organisation', organisation];
  const unsigned = { headers: [...ours, 'Pinward-Unsigned', 'signer unavailable'], isFinal: false };
  const known = new Map<string, SignatureHeaders>();
  const asked = new Map<string, Promise<SignatureHeaders>>();
  let failedAt: number | null = null;

  async function signText(text: string): Promise<SignatureHeaders> {
    const signing = signWith(current, text).then((signature) => take(text, signature));
    const signed = await withTimeout(signing, waitMs, () => fail(noSignature));
    asked.delete(text);
    if (signed.ok) return signed.value;
    noteFailure(signed.fault);
    return unsigned;
  }

  /** Also of a signature for which nobody waits any more. */
  function take(text: string, signature: Result<string>): Result<SignatureHeaders> {
    if (!signature.ok) return signature;
    const signed = { headers: [...ours, 'Pinward-Signature', signature.value], isFinal: true };
    if (known.size >= maxEntries) known.clear();
    known.set(text, signed);
    if (failedAt !== null) log.info('answers are signed again');
    failedAt = null;
    return ok(signed);
  }

  function noteFailure(fault: Fault): void {
    if (failedAt === null) log.error('answers go out unsigned', { fault });
    failedAt = clock();
  }

  return {
    sign(answer) {
      const text = statementText({ organisation, ...answer });
      const found = known.get(text) ?? asked.get(text);
      if (found !== undefined) return found;
      // The distance, since a clock can be set back.
      if (failedAt !== null && Math.abs(clock() - failedAt) < signAgainAfterMs) return unsigned;
      // While this one tries, the others need not.
      if (failedAt !== null) failedAt = clock();
      const asking = signText(text);
      asked.set(text, asking);
      return asking;
    },
  };
}

async function signWith(signer: Signer, text: string): Promise<Result<string>> {
  try {
    const [key, signature] = await Promise.all([signer.publicKey(), signer.sign(text)]);
    if (!key.ok) return key;
    return signature.ok ? ok(`v1 ${key.value.id} ${signature.value.toString('base64')}`) : signature;
  } catch (bug) {
    // An adapter that throws has a bug; to a poll it is a signer that failed, for polls go on whatever happens.
    return fail({ code: 'signer_unavailable', detail: bug instanceof Error ? bug.message : String(bug) });
  }
}
