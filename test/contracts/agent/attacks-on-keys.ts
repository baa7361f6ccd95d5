/** Attacks by keys: answers signed with a key that the agent doesn't trust, and lists that try to make the agent trust it. */
import { type Behaviour, endless, first, refusing } from '../../agents/posix/server.ts';
import { type Key, keysText, newKey, voucherLine } from './authority.ts';
import { dayMs, instant, lying, text, type World } from './faulty-server.ts';
import type { Case } from './rule.ts';

const stranger = newKey();
const another = newKey();

export const unknownKeys: readonly Case[] = [
  // The trusted key was lost, so nobody can vouch for the new one.
  usurpation('no key vouches for the new one', /there is no voucher/, (world, key) =>
    text(keysText(world.organisation, [world.key, key])),
  ),
  usurpation('the voucher is by a key that is not trusted either', /voucher is by .*not trusted either/, (world, key) =>
    vouched(world, key, { by: stranger }),
  ),
  usurpation('the keys vouch for one another', /voucher is by .*not trusted either/, (world, key) =>
    text(
      keysText(
        world.organisation,
        [stranger, key],
        [voucher(world, key, { by: stranger }), voucher(world, stranger, { by: key })],
      ),
    ),
  ),
  usurpation('the voucher has expired', /voucher expired at/, (world, key) =>
    vouched(world, key, { validUntil: instant(world.now - dayMs) }),
  ),
  usurpation('the voucher is for another organisation', /signature of its voucher by .* is wrong/, (world, key) =>
    vouched(world, key, { organisation: 'other.example' }),
  ),
  usurpation('the voucher is for another key', /signature of its voucher by .* is wrong/, (world, key) => {
    const line = voucher(world, another, {}).replace(`voucher ${another.id}`, `voucher ${key.id}`);
    return text(keysText(world.organisation, [world.key, key], [line]));
  }),
  usurpation('the voucher is prolonged', /signature of its voucher by .* is wrong/, (world, key) => {
    const expired = instant(world.now - dayMs);
    const line = voucher(world, key, { validUntil: expired }).replace(expired, world.next.validUntil);
    return text(keysText(world.organisation, [world.key, key], [line]));
  }),
  usurpation(
    'the voucher is by a stranger under the name of our key',
    /signature of its voucher by .* is wrong/,
    (world, key) => {
      const line = voucher(world, key, { by: stranger }).replace(stranger.id, world.key.id);
      return text(keysText(world.organisation, [world.key, key], [line]));
    },
  ),
  usurpation(
    'the list names other bytes under the id of the new key',
    /signature of its voucher by .* is wrong/,
    (world, key) => text(keysText(world.organisation, [{ ...key, spki: another.spki }], [voucher(world, key, {})])),
  ),
  usurpation('the list names no bytes of the new key', /signature of its voucher by .* is wrong/, (world, key) =>
    text(keysText(world.organisation, [world.key], [voucher(world, key, {})])),
  ),
  usurpation(
    'our key vouches for it under an id that is not its own',
    /signature of its voucher by .* is wrong/,
    (world, key) => vouched(world, { ...key, sha256: another.sha256, spki: another.spki }, {}),
  ),
  usurpation('there is no list', /not trusted here; could not fetch .*keys.txt: HTTP 404/, () => refusing(404, {})),
  usurpation('the list does not end', /not trusted here; could not fetch .*keys.txt/, () => endless(first)),
  usurpation('the list is elsewhere', /not trusted here; could not fetch .*keys.txt: HTTP 302/, ({ elsewhere }) =>
    refusing(302, {}, { Location: `${elsewhere.url}/v1/keys.txt` }),
  ),
];

/** Each attack has its own key, since an agent asks about one key once an hour. */
function usurpation(title: string, reason: RegExp, list: (world: World, key: Key) => Behaviour): Case {
  const key = newKey();
  return {
    title,
    reason,
    pins: (world) => lying(world, () => ({ by: key })),
    keys: (world) => list(world, key),
  };
}

interface Difference {
  readonly by?: Key;
  readonly organisation?: string;
  readonly validUntil?: string;
}

function vouched(world: World, key: Key, difference: Difference): Behaviour {
  return text(keysText(world.organisation, [world.key, key], [voucher(world, key, difference)]));
}

/** A voucher by the key that the agent trusts, except for the difference. */
function voucher(world: World, key: Key, difference: Difference): string {
  const { organisation, next } = world;
  return voucherLine({ organisation, key, by: world.key, validUntil: next.validUntil, ...difference });
}
