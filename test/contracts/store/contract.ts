// The contract of the Store port: what every adapter must do alike, run once for each of them.

import { describe } from 'node:test';
import type { Open, Size } from '../../support/stores.ts';
import { testConditions } from './conditions.ts';
import { testDamage } from './damage.ts';
import { testDocuments } from './documents.ts';
import { testHistories } from './histories.ts';
import { testLists } from './lists.ts';
import { testRaces } from './races.ts';

export interface Contract extends Size {
  /** Why this store can't be tested on this machine. */
  readonly skip?: false | string;
}

export function describeStore(name: string, open: Open, { skip = false, ...size }: Contract): void {
  describe(`the ${name} store`, { skip }, () => {
    describe('keeps documents', () => testDocuments(open));
    describe('holds a write to its condition', () => testConditions(open));
    describe('lists documents', () => testLists(open, size));
    describe('lets one of several writers win', () => testRaces(open));
    describe('survives damage', () => testDamage(open));
    describe('behaves like a map', () => testHistories(open, size));
  });
}
