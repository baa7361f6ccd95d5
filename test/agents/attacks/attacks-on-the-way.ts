/** Attacks on the way between agent and server: data without end, without haste, and other hosts. */
import { endless, first, refusing } from '../posix/server.ts';
import type { Attack } from './attack.ts';
import { dripping, endlessHeaders, lying } from './faulty-server.ts';

export const onTheWay: readonly Attack[] = [
  { title: 'the body does not end', reason: /over 1048576 bytes/, pins: () => endless(first) },
  {
    title: 'the body says that it is too long',
    reason: /Maximum file size exceeded/i,
    pins: () => dripping('HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n'),
  },
  { title: 'the headers do not end', reason: /./, pins: endlessHeaders },
  { title: 'nobody answers', reason: /timed out/, pins: () => () => {} },
  { title: 'the headers come slowly', reason: /timed out/, pins: () => dripping('HTTP/1.1 200 OK\r\nX-More: ') },
  {
    title: 'the body comes slowly',
    reason: /timed out/,
    pins: () => dripping('HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n'),
  },
  ...[301, 302, 303, 307, 308].map((status) => ({
    title: `a redirect (${status}) leads to another host`,
    reason: new RegExp(`HTTP ${status} to http://127.0.0.1:.* redirects are not followed`),
    pins: ({ elsewhere }: { elsewhere: { url: string } }) =>
      refusing(status, {}, { Location: `${elsewhere.url}/v1/pins.settings.json` }),
  })),
  {
    title: 'a redirect leads to a file',
    reason: /HTTP 302 to file:/,
    pins: () => refusing(302, {}, { Location: 'file:///etc/passwd' }),
  },
  {
    // 0.0.0.0 is this machine as well, but the agent can't know.
    title: 'another host is asked by plain http',
    reason: /must be https/,
    pins: (world) => lying(world, () => ({})),
    address: ({ elsewhere }) => elsewhere.url.replace('127.0.0.1', '0.0.0.0'),
  },
];
