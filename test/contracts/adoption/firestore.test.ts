// Adoption on the production store, on Google's own emulator.

import { after, before } from 'node:test';
import { startFirestoreEmulator, whyNoEmulators } from '../../../functions/local/emulators.ts';
import { openTestFirestore } from '../../support/open-firestore.ts';
import { describeAdoption } from './adoption-contract.ts';

const skip = whyNoEmulators();
let emulator: Awaited<ReturnType<typeof startFirestoreEmulator>>;
before(async () => {
  if (skip !== false) return;
  emulator = await startFirestoreEmulator();
  // The emulator's first answer may take longer than the store waits.
  await using opened = await openTestFirestore(emulator.host);
  while (!(await opened.store.read('pollCount', 'warm')).ok);
});
after(() => emulator?.stop());

describeAdoption('firestore', () => openTestFirestore(emulator.host), skip);
