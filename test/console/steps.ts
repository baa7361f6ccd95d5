// Steps of a story: tests of which each stands on the one before.

import { test } from 'node:test';

export type Step = (name: string, run: () => Promise<void>) => void;

/** What follows a step that failed is skipped: it has no ground to stand on. */
export function createSteps(): Step {
  let isBroken = false;
  return function step(name, run) {
    test(name, async (context) => {
      if (isBroken) {
        context.skip('a step before it failed');
        return;
      }
      isBroken = true;
      await run();
      isBroken = false;
    });
  };
}
