/** A free port stays free until its program listens, though the machine makes connections and servers in between. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { it } from 'node:test';
import { freePort } from '../../../../functions/local/free-port.ts';

const rangeFile = '/proc/sys/net/ipv4/ip_local_port_range';

it('is none that the system gives away', { skip: !existsSync(rangeFile) && 'only Linux tells its range' }, async () => {
  const [lowest = 0, highest = 0] = readFileSync(rangeFile, 'utf8').trim().split(/\s+/).map(Number);
  for (let tries = 0; tries < 100; tries++) {
    const port = await freePort();
    assert.ok(port < lowest || port > highest, `${port} is in ${lowest} to ${highest}`);
  }
});

it('can be listened to', async () => {
  const port = await freePort();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  assert.equal((server.address() as AddressInfo).port, port); // a TCP server's address has this form
  server.close();
});
