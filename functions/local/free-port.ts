// A port that nobody listens on, for programs that must be told one. Taken from the system and given back at once.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // a TCP server's address has this form
  server.close();
  await once(server, 'close');
  return port;
}
