// A free port, for programs that need a port number at start. The system chooses it, and it is released at once.

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
