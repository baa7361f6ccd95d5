// Signatures: the headers that prove where the response to a poll comes from. Each distinct statement is signed once
// and cached, so only the first poll of its kind waits. When the signer fails or hangs, the response goes out unsigned
// and its headers say so.

import { type Fault, fail, ok, type Result } from '../../../shared/domain/fault.ts';
import { type Statement, statementText } from '../../../shared/domain/serving/statement.ts';
import type { Clock, Signer } from '../../../shared/ports.ts';
import { withTimeout } from '../../../shared/with-timeout.ts';
import type { Log } from '../../log.ts';

/** The organisation's keys. There are two while one replaces the other. */
export interface SigningKeys {
  readonly organisation: string;
  /** Signs responses, and vouches for `next`. */
  readonly current: Signer;
  readonly next: Signer | null;
  /** Signs no more responses, but vouches for `current`. */
  readonly retiring: Signer | null;
}

/** The headers of a response that carry its signature, or say why there is none. */
export interface SignatureHeaders {
  /** Names and values in turn, as Node's writeHead takes them. */
  readonly headers: readonly string[];
  /** False while the signer fails: the same statement may be signed a little later. */
  readonly isFinal: boolean;
}

export interface Signatures {
  /**
   * Returns at once when the signature is cached or the signer has just failed. Else a promise, which never rejects.
   */
  sign(statement: Omit<Statement, 'organisation'>): SignatureHeaders | Promise<SignatureHeaders>;
}

/** How long a poll waits for its signature. A later signature is cached for the next polls. */
const signTimeoutMs = 4_000;
/** After this time one poll tries a signer again that has failed. */
export const retrySignerAfterMs = 10_000;
const maxEntries = 5_000;
const noSignature: Fault = { code: 'signer_unavailable', detail: `no signature within ${signTimeoutMs} ms` };

export function createSignatures(keys: SigningKeys | null, clock: Clock, log: Log): Signatures {
  if (keys === null) return { sign: () => ({ headers: ['Pinward-Unsigned', 'no key'], isFinal: true }) };
  const { organisation, current } = keys;
  const organisationHeader = ['Pinward-Organisation', organisation];
  const unsigned = { headers: [...organisationHeader, 'Pinward-Unsigned', 'signer unavailable'], isFinal: false };
  const cached = new Map<string, SignatureHeaders>();
  const pending = new Map<string, Promise<SignatureHeaders>>();
  let failedAt: number | null = null;

  async function signText(text: string): Promise<SignatureHeaders> {
    const signing = signWith(current, text).then((signature) => cacheSignature(text, signature));
    const signed = await withTimeout(signing, signTimeoutMs, () => fail(noSignature));
    pending.delete(text);
    if (signed.ok) return signed.value;
    noteFailure(signed.fault);
    return unsigned;
  }

  /** Also called for a signature that came after its time-out. */
  function cacheSignature(text: string, signature: Result<string>): Result<SignatureHeaders> {
    if (!signature.ok) return signature;
    const signed = { headers: [...organisationHeader, 'Pinward-Signature', signature.value], isFinal: true };
    if (cached.size >= maxEntries) cached.clear();
    cached.set(text, signed);
    if (failedAt !== null) log.info('answers are signed again');
    failedAt = null;
    return ok(signed);
  }

  function noteFailure(fault: Fault): void {
    if (failedAt === null) log.error('answers go out unsigned', { fault });
    failedAt = clock();
  }

  return {
    sign(statement) {
      const text = statementText({ organisation, ...statement });
      const found = cached.get(text) ?? pending.get(text);
      if (found !== undefined) return found;
      // Absolute, because a clock can be set back.
      if (failedAt !== null && Math.abs(clock() - failedAt) < retrySignerAfterMs) return unsigned;
      // The others don't try while this poll does.
      if (failedAt !== null) failedAt = clock();
      const signing = signText(text);
      pending.set(text, signing);
      return signing;
    },
  };
}

async function signWith(signer: Signer, text: string): Promise<Result<string>> {
  try {
    const [key, signature] = await Promise.all([signer.publicKey(), signer.sign(text)]);
    if (!key.ok) return key;
    return signature.ok ? ok(`v1 ${key.value.id} ${signature.value.toString('base64')}`) : signature;
  } catch (bug) {
    // An adapter that throws has a bug. The poll goes on unsigned, as with a signer that failed.
    return fail({ code: 'signer_unavailable', detail: bug instanceof Error ? bug.message : String(bug) });
  }
}
