// The entry point of every deployed function: `functions-framework --target=api` serves one of them. A wrong setting of
// that function ends the process at start. Settings of the others aren't read.

import { cloudEvent, http } from '@google-cloud/functions-framework';
import type { PubsubMessage } from './announce/announce.ts';
import { attachToServer } from './api/http-server.ts';
import { readEnvironment, readTarget } from './environment.ts';
import { takeNextServer } from './framework-server.ts';
import { handleShutdown } from './lifecycle.ts';
import { createWiring } from './wiring.ts';

try {
  await serve();
} catch (error) {
  // The framework would call every error one of syntax. A bug has another class, and stays the framework's.
  if (!(error instanceof Error) || error.name !== 'Error') throw error;
  const frames = (error.stack ?? '').slice(`Error: ${error.message}`.length);
  process.stderr.write(`Pinward did not start: ${error.message}${frames}\n`);
  process.exit(1);
}

async function serve(): Promise<void> {
  const target = readTarget();
  const wiring = createWiring(readEnvironment());
  handleShutdown(() => wiring.close(), wiring.log);
  switch (target) {
    case 'api': {
      const api = wiring.api();
      takeNextServer((server) => attachToServer(server, api));
      http('api', api);
      break;
    }
    case 'probe':
      http('probe', wiring.probe());
      break;
    case 'advance':
      http('advance', await wiring.advance());
      break;
    case 'announce': {
      const announce = await wiring.announce();
      cloudEvent<PubsubMessage>('announce', announce);
      break;
    }
  }
}
