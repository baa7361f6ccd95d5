// A line to a server that a test can cut, clog or make deaf: a TCP relay on a port of its own.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * `open`: bytes go both ways. `cut`: connections are refused. `clogged`: they are taken, and nothing goes through.
 * `deaf`: what is sent arrives, but no answer comes back.
 */
type State = 'open' | 'cut' | 'clogged' | 'deaf';

export interface Line extends AsyncDisposable {
  /** HOST:PORT of this end. */
  readonly host: string;
  /** From now on. Ends what is connected, unless the line goes deaf. */
  set(state: State): void;
}

export async function openLine(to: string): Promise<Line> {
  const [host = '', port = ''] = to.split(':');
  let state: State = 'open';
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    return socket;
  };
  const server = createServer((near) => {
    keep(near);
    if (state === 'cut') return void near.destroy();
    if (state === 'clogged') return void near.resume();
    const far = keep(connect(Number(port), host));
    near.pipe(far);
    far.on('data', (bytes: Buffer) => {
      if (state !== 'deaf') near.write(bytes);
    });
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo; // a TCP server's address has this form
  const hangUp = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    host: `127.0.0.1:${address.port}`,
    set(next) {
      state = next;
      if (next !== 'deaf') hangUp();
    },
    async [Symbol.asyncDispose]() {
      hangUp();
      server.close();
      await once(server, 'close');
    },
  };
}
