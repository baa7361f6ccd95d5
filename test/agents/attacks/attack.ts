/** What an attack is. The attacks stand in attacks-on-*.ts; attacks.test.ts holds pinward.sh against them. */
import type { Behaviour } from '../posix/server.ts';
import { type Format, type Lie, lying, type World } from './faulty-server.ts';

export interface Attack {
  readonly title: string;
  /** What pinward.sh says of it; another agent may use other words. */
  readonly reason: RegExp;
  readonly pins: (world: World) => Behaviour;
  /** What /v1/keys.txt answers meanwhile; the truth when not given. */
  readonly keys?: (world: World) => Behaviour;
  /** The address that the agent is told, when it isn't the server's. */
  readonly address?: (world: World) => string;
}

/** An attack by an answer that is `world.next` but for the lie. */
export function lie(title: string, reason: RegExp, told: (world: World, format: Format) => Lie): Attack {
  return { title, reason, pins: (world) => lying(world, (format) => told(world, format)) };
}
