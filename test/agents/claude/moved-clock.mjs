// Preloaded into a function. Moves the clock ahead by the milliseconds in the file that MOVED_CLOCK names.

import { readFileSync } from 'node:fs';

const RealDate = Date;
const now = () => RealDate.now() + Number(readFileSync(process.env.MOVED_CLOCK, 'utf8'));

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given) => new target(...(given.length === 0 ? [now()] : given)),
  get: (target, name) => (name === 'now' ? now : target[name]),
});
