// Preloaded by the architecture test: prints the URL of every module as it is loaded.

import { registerHooks } from 'node:module';

registerHooks({
  load(url, context, next) {
    process.stdout.write(`loaded ${url}\n`);
    return next(url, context);
  },
});
