// The entry point of every deployed function: `functions-framework --target=api` serves one of them. A wrong setting of
// that function ends the process at start. Settings of the others aren't read.

import { cloudEvent, http } from '@google-cloud/functions-framework';
import type { PubsubMessage } from './announce/announce.ts';
import { takeOverServer } from './api/http-server.ts';
import { readEnvironment, readTarget } from './environment.ts';
import { handleShutdown } from './lifecycle.ts';
import { createWiring } from './wiring.ts';

const wiring = createWiring(readEnvironment());
handleShutdown(() => wiring.close(), wiring.log);

switch (readTarget()) {
  case 'api': {
    const api = wiring.api();
    takeOverServer(api);
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
