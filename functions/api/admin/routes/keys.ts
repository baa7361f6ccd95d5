// The keys that answers are signed with, for anybody: without them no machine could be installed.

import { ok } from '../../../../shared/domain/fault.ts';
import { createKeyList, toKeySet, toLines } from '../../signing/key-list.ts';
import { KeyLines, KeysReply, NoQuery } from '../schemas/common.ts';
import { type Route, type RoutePorts, route } from './route.ts';

export function keysRoutes({ keys, clock, log }: RoutePorts): readonly Route[] {
  const list = createKeyList(keys, clock, log);
  return [
    route({
      method: 'GET',
      path: '/v1/keys',
      operation: 'getKeys',
      summary:
        'The public keys of signed answers, as a JWK Set with PEM, and which older key vouches for which newer one.',
      role: null,
      query: NoQuery,
      reply: KeysReply,
      handle: async () => {
        const listed = await list();
        return listed.ok ? ok({ body: toKeySet(listed.value) }) : listed;
      },
    }),
    route({
      method: 'GET',
      path: '/v1/keys.txt',
      operation: 'getKeysText',
      summary: 'The same in lines of words, for what has no JSON parser.',
      role: null,
      mediaType: 'text/plain',
      query: NoQuery,
      reply: KeyLines,
      handle: async () => {
        const listed = await list();
        return listed.ok ? ok({ body: toLines(listed.value) }) : listed;
      },
    }),
  ];
}
