// `npm run test:console`: the console in a real browser against the real service. Says in one line when there is no browser.

import { after, before, describe } from 'node:test';
import { type Emulator, startFirestoreEmulator, whyNoEmulators } from '../../functions/local/emulators.ts';
import { openTestFirestore } from '../support/open-firestore.ts';
import { whyNoChromium } from './chromium.ts';
import { brave } from './rough-weather.ts';
import { tellStory } from './story.ts';
import { counts } from './visitor.ts';

const missing = whyNoChromium();
if (missing !== false) process.stdout.write(`Skipped the console in a browser: ${missing}\n`);

describe('the console', { skip: missing }, () => {
  describe('in the story of the README', () => tellStory());
  describe("in the same story on Google's emulator", { skip: whyNoEmulators() }, tellStoryOnEmulator);
  describe('in rough weather', brave);
  after(() => {
    const { screens, states, clicks, axeRuns, violations, errors } = counts;
    process.stdout.write(
      `${screens.size} screens, ${states} states, ${clicks} clicks; axe ran ${axeRuns} times: ${violations} violations; ${errors} errors and CSP reports\n`,
    );
  });
});

function tellStoryOnEmulator(): void {
  const started = Promise.withResolvers<Emulator>();
  before(async () => started.resolve(await startFirestoreEmulator()));
  tellStory(async () => (await openTestFirestore((await started.promise).host)).store);
  after(async () => (await started.promise).stop());
}
