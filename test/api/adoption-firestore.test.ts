// Adoption on the production store, on Google's own emulator.

import { after, before } from 'node:test';
import { startFirestoreEmulator, whyNoEmulators } from '../../functions/local/emulators.ts';
import { openTestFirestore } from '../store/open-firestore.ts';
import { describeAdoption } from './adoption-contract.ts';

const skip = whyNoEmulators();
let emulator: Awaited<ReturnType<typeof startFirestoreEmulator>>;
before(async () => {
  if (skip === false) emulator = await startFirestoreEmulator();
});
after(() => emulator?.stop());

describeAdoption('firestore', () => openTestFirestore(emulator.host), skip);
