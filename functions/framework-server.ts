// The HTTP server of a deployed function. The functions-framework makes it and gives it to nobody, so it is taken when it is
// told to listen: before its first connection, whose bytes may be no request at all.

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Server } from 'node:http';

// As a value, without what an import would load with it: see api/http-server.ts.
const http = process.getBuiltinModule('node:http');

/** Source: https://nodejs.org/api/diagnostics_channel.html#event-tracingnetserverlistenasyncstart */
const channel = 'tracing:net.server.listen:asyncStart';

/** Calls `use` with the next HTTP server of this process, just before it listens. */
export function takeNextServer(use: (server: Server) => void): void {
  subscribe(channel, function take(message) {
    // The cast is safe: Node documents that messages of this channel have the server.
    const { server } = message as { server: unknown };
    if (!(server instanceof http.Server)) return;
    unsubscribe(channel, take);
    use(server);
  });
}
