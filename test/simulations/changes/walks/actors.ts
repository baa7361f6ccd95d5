// The actors of a walk: people with roles, and software with the rights that it has in the product.

import type { Caller } from '../../../../functions/api/auth/caller.ts';
import type { Roles } from '../../../../shared/domain/access/access.ts';
import { roleOf } from '../../../../shared/domain/access/roles.ts';

/** Who makes a call, whatever the product takes them for. */
export interface Actor {
  readonly name: string;
  readonly isHuman: boolean;
  /** The role of software without an address; null for who has an address. */
  readonly role: 'owner' | 'reader' | null;
}

const human = (name: string): Actor => ({ name, isHuman: true, role: null });
export const robot: Actor = { name: 'robot@acme.iam.gserviceaccount.com', isHuman: false, role: null };
/** The token of the environment, which continuous integration uses. */
export const pipeline: Actor = { name: 'ci', isHuman: false, role: 'owner' };
export const [ada, bob] = [human('ada@a.test'), human('bob@a.test')];
const [cyd, dee, eve, fay] = ['cyd@a.test', 'dee@a.test', 'eve@a.test', 'fay@b.test'].map(human);

export const actors: readonly [Actor, ...Actor[]] = [
  ada,
  bob,
  ...[cyd, dee, eve, fay].filter((each) => each !== undefined),
  robot,
  pipeline,
  { name: 'token:agents', isHuman: false, role: 'reader' },
];

/** Those who may do the most. */
export const busy: readonly [Actor, ...Actor[]] = [ada, bob, robot];

export const firstRoles: Roles = {
  owner: ['email:ada@a.test', 'email:bob@a.test', `email:${robot.name}`],
  approver: ['email:cyd@a.test'],
  editor: ['email:dee@a.test'],
  reader: ['domain:b.test'],
  machine: [],
};

/** As the product identifies the actor; null for who has no role. */
export function callerOf({ name, isHuman, role }: Actor, roles: Roles): Caller | null {
  const email = role === null ? name : null;
  const held = role ?? roleOf(name, roles, []);
  return held === null ? null : { name, role: held, isPerson: isHuman, email, labels: {} };
}
