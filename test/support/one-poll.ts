// Run by the architecture test: serves one poll from the store whose file is named, prints the status and ends.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdoption } from '../../functions/adoption/adoption.ts';
import { createApi } from '../../functions/api/api.ts';
import { createAccessCache } from '../../functions/api/auth/access-cache.ts';
import { createAuthenticator, hashToken } from '../../functions/api/auth/authenticator.ts';
import { openKeyFile } from '../../shared/adapters/key-file.ts';
import { openSqlite } from '../../shared/adapters/sqlite.ts';
import { testKeys } from './document-keys.ts';

const caller = { name: 'machine', role: 'machine', isPerson: false, email: null, labels: {} } as const;
const store = openSqlite(process.argv[2] ?? '', testKeys);
const authenticator = createAuthenticator({
  environmentTokens: [{ ...caller, sha256: hashToken('token') }],
  firstOwners: [],
  access: createAccessCache(store, Date.now, []),
  issuers: { google: null, iap: null },
  clock: Date.now,
  onTokenUse: () => undefined,
  adminTokenUse: null,
});
const key = openKeyFile(`${process.argv[2]}.pem`, 'make');
const keys = { organisation: 'acme.example', current: key, next: null, retiring: null };
const lines: string[] = [];
const note = (message: string) => lines.push(message);
const log = { info: note, warn: note, error: note };
const afterCommit = () => Promise.resolve();
const adoption = createAdoption({ store, clock: Date.now, log });
const server = createServer(
  createApi({
    store,
    authenticator,
    clock: Date.now,
    log,
    adoption,
    traceProject: null,
    loadConsole: async () => null,
    loadAgents: async () => null,
    serviceUrl: () => null,
    keys,
    afterCommit,
  }),
);

server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo; // a TCP server's address has this form
  const url = `http://127.0.0.1:${port}/v1/pins.sh`;
  const { status } = await fetch(url, { headers: { authorization: 'Bearer token', connection: 'close' } });
  process.stdout.write(`answered ${status}, logged ${lines}\n`);
  server.close();
});
