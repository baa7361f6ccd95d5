// Some of the lives of life.test.ts on Firestore, on Google's own emulator.

import { after, before, test } from 'node:test';
import { startFirestoreEmulator, whyNoEmulators } from '../../../functions/local/emulators.ts';
import { openTestFirestore } from '../../support/open-firestore.ts';
import { checkLives } from './life.ts';

const skip = whyNoEmulators();
let emulator: Awaited<ReturnType<typeof startFirestoreEmulator>>;
before(async () => {
  if (skip === false) emulator = await startFirestoreEmulator();
});
after(() => emulator?.stop());

test('whatever admins, probes and time do, what must hold holds on Firestore, too', { skip }, async () => {
  await checkLives(() => openTestFirestore(emulator.host), 8, 1);
});
