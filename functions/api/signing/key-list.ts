// The key list: the public keys that verify signed responses, and the vouchers of older keys for newer ones. Anybody
// may read it, so it is cached: the signers are called once a day.

import { createPublicKey } from 'node:crypto';
import { type Fault, ok, type Result } from '../../../shared/domain/fault.ts';
import { type PublicKey, validUntilOf, voucherText } from '../../../shared/domain/serving/statement.ts';
import type { Clock, Signer } from '../../../shared/ports.ts';
import type { Log } from '../../log.ts';
import { retrySignerAfterMs, type SigningKeys } from './signatures.ts';

type KeyState = 'current' | 'next' | 'retiring';

export interface KeyList {
  /** Null when responses are not signed. */
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

/** A JWK Set (RFC 7517) that also has each key as PEM, and the vouchers. */
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

/**
 * Returns a function that gives the key list. Faults: `signer_unavailable` when the current key can't be read. Other
 * keys and vouchers that can't be read are left out, and read again after `retrySignerAfterMs`.
 */
export function createKeyList(keys: SigningKeys | null, clock: Clock, log: Log): () => Promise<Result<KeyList>> {
  if (keys === null) return async () => ok({ organisation: null, keys: [], vouchers: [] });
  let cached: { readonly validUntil: string; until: number; readonly list: Promise<Result<KeyList>> } | null = null;
  let isLogged = false;

  async function readList(keys: SigningKeys, validUntil: string, keepAllDay: () => void): Promise<Result<KeyList>> {
    const { list, faults } = await listKeys(keys, validUntil);
    if (faults.length === 0) keepAllDay();
    else if (!isLogged) log.error('keys or vouchers can not be had', { faults });
    isLogged = faults.length > 0;
    return list;
  }

  return () => {
    const now = clock();
    const validUntil = validUntilOf(now);
    if (cached !== null && cached.validUntil === validUntil && now < cached.until) return cached.list;
    const keepAllDay = () => {
      entry.until = Number.POSITIVE_INFINITY;
    };
    const entry = { validUntil, until: now + retrySignerAfterMs, list: readList(keys, validUntil, keepAllDay) };
    cached = entry;
    return entry.list;
  };
}

interface ListedKeys {
  readonly list: Result<KeyList>;
  /** Why keys or vouchers are missing from the list. */
  readonly faults: readonly Fault[];
}

async function listKeys(
  { organisation, current, next, retiring }: SigningKeys,
  validUntil: string,
): Promise<ListedKeys> {
  const publicKeyOf = async (signer: Signer | null) => (signer === null ? null : signer.publicKey());
  const [currentKey, nextKey, retiringKey] = await Promise.all([
    current.publicKey(),
    publicKeyOf(next),
    publicKeyOf(retiring),
  ]);
  if (!currentKey.ok) return { list: currentKey, faults: [currentKey.fault] };
  const vouchFor = async (key: Result<PublicKey> | null, signer: Signer | null, by: Result<PublicKey> | null) =>
    key?.ok && by?.ok && signer !== null ? vouch(organisation, key.value, signer, by.value, validUntil) : null;
  const vouchers = await Promise.all([
    vouchFor(nextKey, current, currentKey),
    vouchFor(currentKey, retiring, retiringKey),
  ]);
  const toListed = (state: KeyState, key: Result<PublicKey> | null) => (key?.ok ? [{ state, key: key.value }] : []);
  return {
    list: ok({
      organisation,
      keys: [...toListed('current', currentKey), ...toListed('next', nextKey), ...toListed('retiring', retiringKey)],
      vouchers: vouchers.flatMap((voucher) => (voucher?.ok ? [voucher.value] : [])),
    }),
    faults: [nextKey, retiringKey, ...vouchers].flatMap((read) => (read === null || read.ok ? [] : [read.fault])),
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

/** The key list as lines of text, for agents without a JSON parser. */
export function toLines({ organisation, keys, vouchers }: KeyList): string {
  return [
    ...(organisation === null ? [] : [`organisation ${organisation}`]),
    ...keys.map(({ key }) => `key ${key.id} ${key.der.toString('base64')}`),
    ...vouchers.map(({ key, by, validUntil, signature }) => `voucher ${key} by ${by} ${validUntil} ${signature}`),
  ]
    .map((line) => `${line}\n`)
    .join('');
}
