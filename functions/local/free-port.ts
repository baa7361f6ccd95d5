// A free port, for programs that need a port number at start. It is none that the system itself gives away, so a connection
// or a server that begins in between doesn't take it.

import { once } from 'node:events';
import { createServer } from 'node:net';

/** The ports below those that Linux (32768), macOS and Windows (49152) give to connections, and servers without a number. */
const [first, end] = [15_000, 32_768];

/** Throws where none of 50 is free. */
export async function freePort(): Promise<number> {
  for (let tries = 50; tries > 0; tries--) {
    const port = first + Math.floor(Math.random() * (end - first));
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${first} to ${end - 1} of 127.0.0.1 was free in 50 tries`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
