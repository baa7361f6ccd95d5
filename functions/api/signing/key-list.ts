// What anybody may know of the keys: their public halves, and which older key vouches for which newer one. Asked of the
// signers once a day and then remembered, since everybody on earth may ask Pinward for it.

import { createPublicKey } from 'node:crypto';
import { type Fault, ok, type Result } from '../../../shared/domain/fault.ts';
import { type PublicKey, validUntilOf, voucherText } from '../../../shared/domain/serving/statement.ts';
import type { Clock, Signer } from '../../../shared/ports.ts';
import type { Log } from '../../log.ts';
import { type SigningKeys, signAgainAfterMs } from './signatures.ts';

type KeyState = 'current' | 'next' | 'retiring';

interface KeyList {
  /** Null where nothing is signed. */
  readonly organisation: string | null;
  readonly keys: readonly ListedKey[];
  readonly vouchers: readonly ListedVoucher[];
}

interface ListedKey {
  readonly state: KeyState;
  readonly key: PublicKey;
}

interface ListedVoucher {
  readonly key: string;
  readonly by: string;
  readonly validUntil: string;
  /** Base64 of the DER. */
  readonly signature: string;
}

/** A JWK Set (RFC 7517) with PEM beside each key, and the vouchers. */
interface KeySet extends Omit<KeyList, 'keys'> {
  readonly keys: readonly {
    readonly kty: 'EC';
    readonly crv: 'P-256';
    readonly x: string;
    readonly y: string;
    readonly kid: string;
    readonly alg: 'ES256';
    readonly use: 'sig';
    readonly state: KeyState;
    readonly pem: string;
  }[];
}

/** A fault only when the key that signs answers can't be had. What else is missing is left out and asked for again later. */
export function createKeyList(keys: SigningKeys | null, clock: Clock, log: Log): () => Promise<Result<KeyList>> {
  if (keys === null) return async () => ok({ organisation: null, keys: [], vouchers: [] });
  let held: { readonly validUntil: string; until: number; readonly list: Promise<Result<KeyList>> } | null = null;
  let isNotified = false;

  async function gather(keys: SigningKeys, validUntil: string, hold: () => void): Promise<Result<KeyList>> {
    const { list, faults } = await listKeys(keys, validUntil);
    if (faults.length === 0) hold();
    else if (!isNotified) log.error('keys or vouchers can not be had', { faults });
    isNotified = faults.length > 0;
    return list;
  }

  return () => {
    const now = clock();
    const validUntil = validUntilOf(now);
    if (held !== null && held.validUntil === validUntil && now < held.until) return held.list;
    const hold = () => {
      mine.until = Number.POSITIVE_INFINITY;
    };
    const mine = { validUntil, until: now + signAgainAfterMs, list: gather(keys, validUntil, hold) };
    held = mine;
    return mine.list;
  };
}

interface GatheredKeys {
  readonly list: Result<KeyList>;
  readonly faults: readonly Fault[];
}

async function listKeys(
  { organisation, current, next, retiring }: SigningKeys,
  validUntil: string,
): Promise<GatheredKeys> {
  const ask = async (signer: Signer | null) => (signer === null ? null : signer.publicKey());
  const [ours, newer, older] = await Promise.all([current.publicKey(), ask(next), ask(retiring)]);
  if (!ours.ok) return { list: ours, faults: [ours.fault] };
  const vouchFor = async (key: Result<PublicKey> | null, signer: Signer | null, by: Result<PublicKey> | null) =>
    key?.ok && by?.ok && signer !== null ? vouch(organisation, key.value, signer, by.value, validUntil) : null;
  const vouched = await Promise.all([vouchFor(newer, current, ours), vouchFor(ours, retiring, older)]);
  const listed = (state: KeyState, key: Result<PublicKey> | null) => (key?.ok ? [{ state, key: key.value }] : []);
  return {
    list: ok({
      organisation,
      keys: [...listed('current', ours), ...listed('next', newer), ...listed('retiring', older)],
      vouchers: vouched.flatMap((voucher) => (voucher?.ok ? [voucher.value] : [])),
    }),
    faults: [newer, older, ...vouched].flatMap((had) => (had === null || had.ok ? [] : [had.fault])),
  };
}

async function vouch(
  organisation: string,
  key: PublicKey,
  signer: Signer,
  by: PublicKey,
  validUntil: string,
): Promise<Result<ListedVoucher>> {
  const signed = await signer.sign(voucherText({ organisation, key: key.id, sha256: key.sha256, validUntil }));
  if (!signed.ok) return signed;
  return ok({ key: key.id, by: by.id, validUntil, signature: signed.value.toString('base64') });
}

export function toKeySet({ organisation, keys, vouchers }: KeyList): KeySet {
  return {
    organisation,
    keys: keys.map(({ state, key }) => {
      const publicKey = createPublicKey({ key: key.der, format: 'der', type: 'spki' });
      const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
      const pem = String(publicKey.export({ format: 'pem', type: 'spki' }));
      return { kty: 'EC', crv: 'P-256', x, y, kid: key.id, alg: 'ES256', use: 'sig', state, pem };
    }),
    vouchers,
  };
}

/** The same in lines of words, for the agent. */
export function toLines({ organisation, keys, vouchers }: KeyList): string {
  return [
    ...(organisation === null ? [] : [`organisation ${organisation}`]),
    ...keys.map(({ key }) => `key ${key.id} ${key.der.toString('base64')}`),
    ...vouchers.map(({ key, by, validUntil, signature }) => `voucher ${key} by ${by} ${validUntil} ${signature}`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
