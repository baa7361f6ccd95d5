// The writers: which function may write which documents. A document that decides something is obeyed only if one of
// its writers signed it. Other documents, such as counts and leases, are nobody's: whoever can write to the database can
// change them.

import type { Documents, Kind } from './documents.ts';
import type { Event } from './events/event.ts';

export const writers = ['api', 'advance', 'probe'] as const;
export type Writer = (typeof writers)[number];

const ofAll: readonly Writer[] = writers;
const ofRollouts: readonly Writer[] = ['api', 'advance'];
const ofAdmins: readonly Writer[] = ['api'];
const ofProbe: readonly Writer[] = ['probe'];
const nobody: readonly Writer[] = [];

const writersOfKind: { readonly [K in Kind]: readonly Writer[] } = {
  published: ofRollouts,
  revision: ofRollouts,
  rolloutState: ofRollouts,
  rollout: ofRollouts,
  proposal: ofAdmins,
  access: ofAdmins,
  accessRevision: ofAdmins,
  probeRequest: ofAdmins,
  matrix: ofProbe,
  event: ofAll,
  outbox: ofAll,
  chainHead: ofAll,
  announcement: nobody,
  failureHistory: nobody,
  healthIssue: nobody,
  lease: nobody,
  pollCount: nobody,
  reportCount: nobody,
  tokenUse: nobody,
  writeCheck: nobody,
};

/** `api` is among the writers of each event, because it signs the history of a store that is taken over. */
const writersOfEvent: { readonly [K in Event['kind']]: readonly Writer[] } = {
  PolicyChanged: ofAdmins,
  AccessChanged: ofAdmins,
  ChangeProposed: ofAdmins,
  FreezeChanged: ofAdmins,
  GlassBroken: ofRollouts,
  UpgradeReady: ofRollouts,
  UpgradeDecided: ofRollouts,
  RolloutMoved: ofRollouts,
  FallbackLost: ofRollouts,
  ModelListed: ['api', 'probe'],
  ModelEnabled: ['api', 'probe'],
  ModelLost: ['api', 'probe'],
  PinAtRisk: ['api', 'probe'],
  PinRetiring: ['api', 'probe'],
  ProbeBlind: ['api', 'probe'],
  ProbeRecovered: ['api', 'probe'],
};

/** The cast is safe: TypeScript types the keys of an object as strings. */
export const signedKinds = (Object.keys(writersOfKind) as Kind[]).filter(isSigned);

/** Whether documents of a kind are signed. */
export function isSigned(kind: Kind): boolean {
  return writersOfKind[kind].length > 0;
}

/** Who may write this document. Empty for a kind that isn't signed. */
export function writersOf<K extends Kind>(kind: K, value: Documents[K]): readonly Writer[] {
  // The cast is safe: both kinds hold events.
  return kind === 'event' || kind === 'outbox'
    ? (writersOfEvent[(value as Event).kind] ?? nobody)
    : writersOfKind[kind];
}
