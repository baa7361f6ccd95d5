// The calls for the public keys that verify signed responses. Anybody may make them, because a machine needs the keys
// while it is installed.

import { ok } from '../../../../shared/domain/fault.ts';
import { toKeySet, toLines } from '../../signing/key-list.ts';
import { NoQuery } from '../schemas/common.ts';
import { KeyLines, KeysReply } from '../schemas/keys.ts';
import { type Route, type RoutePorts, route } from './route.ts';

export function keysRoutes({ keyList }: RoutePorts): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/v1/keys',
      operation: 'getKeys',
      summary:
        'Get the public keys that verify signed responses, as a JWK Set with PEM, and the vouchers for newer keys.',
      role: null,
      query: NoQuery,
      reply: KeysReply,
      handle: async () => {
        const listed = await keyList();
        return listed.ok ? ok({ body: toKeySet(listed.value) }) : listed;
      },
    }),
    route({
      method: 'GET',
      path: '/v1/keys.txt',
      operation: 'getKeysText',
      summary: 'Get the public keys and vouchers as lines of text, for programs without a JSON parser.',
      role: null,
      mediaType: 'text/plain',
      query: NoQuery,
      reply: KeyLines,
      handle: async () => {
        const listed = await keyList();
        return listed.ok ? ok({ body: toLines(listed.value) }) : listed;
      },
    }),
  ];
}
