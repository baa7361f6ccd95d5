// The production store holds the contract, on Google's own emulator.

import { after, before } from 'node:test';
import { startFirestoreEmulator, whyNoEmulators } from '../../../functions/local/emulators.ts';
import { openTestFirestore } from '../../support/open-firestore.ts';
import { describeStore } from './contract.ts';

const skip = whyNoEmulators();
let emulator: Awaited<ReturnType<typeof startFirestoreEmulator>>;
before(async () => {
  if (skip === false) emulator = await startFirestoreEmulator();
});
after(() => emulator?.stop());

describeStore('firestore', () => openTestFirestore(emulator.host), { skip, revisions: 1_000, runs: 20 });
