// Preloaded into a bundle: says when gRPC is loaded, by the variable that it reads then and nothing else does, and at the
// end whether undici was, Node's HTTP client.

import { writeSync } from 'node:fs';

process.env = new Proxy(process.env, {
  get(environment, name) {
    if (name === 'GRPC_TRACE') writeSync(1, 'gRPC was loaded\n');
    return environment[name];
  },
});

process.on('exit', () => {
  if (process.moduleLoadList.includes('NativeModule internal/deps/undici/undici')) writeSync(1, 'undici was loaded\n');
});
