// Cut consequences: as many of a long list as a document or an answer keeps, with the number of the rest.

import { z } from 'zod';
import { Consequence } from './consequence.ts';
import { countOf, keepFirst } from './consequence-order.ts';

const maxStored = 100;
/** A policy of 256 KiB can differ in ten thousand leaves. */
const maxAnswered = 1000;

/** The fields of a stored document that keeps consequences. */
export const storedConsequences = {
  consequences: z.array(Consequence).max(maxStored),
  /** How many more there were. */
  moreConsequences: z.int().nonnegative(),
  /** How many of those raise risk. Absent in older documents. */
  moreRaising: z.int().nonnegative().optional(),
};

interface CutList {
  consequences: Consequence[];
  moreConsequences: number;
  moreRaising: number;
}

/** The fields for a stored document: a long list is cut, and what is left out is counted. */
export function toStored(all: readonly Consequence[]): CutList {
  return cut(all, maxStored);
}

/** The same for an answer, which can be longer. */
export function toAnswered(all: readonly Consequence[]): CutList {
  return cut(all, maxAnswered);
}

function cut(all: readonly Consequence[], max: number): CutList {
  const consequences = [...keepFirst(all, max)];
  return {
    consequences,
    moreConsequences: all.length - consequences.length,
    moreRaising: countOf(all, 'raises') - countOf(consequences, 'raises'),
  };
}
