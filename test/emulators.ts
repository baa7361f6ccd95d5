// Google's emulators for tests; they live with the local run, which starts them too.

export { startFirestoreEmulator, startPubsubEmulator, whyNoEmulators } from '../functions/local/emulators.ts';
