// A Model Garden in this process, for whatever asks the port and not Vertex: it answers by a script and records what is asked.
// The wire to Vertex has a fake of its own (garden.ts).

import type { Observation, Verdict } from '../../../shared/domain/availability/observation.ts';
import type { ModelEndpoint } from '../../../shared/domain/models/model-endpoint.ts';
import type { Clock, Garden } from '../../../shared/ports.ts';

/** What Vertex answers to one call about an endpoint: a verdict of now, or a whole observation. */
export type Script = (
  endpoint: ModelEndpoint,
  by: Observation['by'],
) => Verdict | Observation | Promise<Verdict | Observation>;

export class ScriptedGarden implements Garden {
  script: Script;
  /** What the publisher lists; null when the list can not be had. */
  listing: () => readonly string[] | null | Promise<readonly string[] | null> = () => null;
  /** What an answer waits for. */
  before: () => Promise<unknown> = () => Promise.resolve();
  readonly screened: ModelEndpoint[] = [];
  readonly confirmed: ModelEndpoint[] = [];
  /** The most calls that were under way at once. */
  most = 0;
  #open = 0;
  readonly #clock: Clock;

  constructor(clock: Clock, script: Script = callableWhere(() => true)) {
    this.#clock = clock;
    this.script = script;
  }

  async list() {
    return { models: await this.listing(), evidence: '' };
  }

  screen(endpoint: ModelEndpoint): Promise<Observation> {
    this.screened.push(endpoint);
    return this.#answer(endpoint, 'screen');
  }

  confirm(endpoint: ModelEndpoint): Promise<Observation> {
    this.confirmed.push(endpoint);
    return this.#answer(endpoint, 'confirm');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #answer(endpoint: ModelEndpoint, by: Observation['by']): Promise<Observation> {
    this.most = Math.max(this.most, ++this.#open);
    await this.before();
    this.#open--;
    const answer = await this.script(endpoint, by);
    if (typeof answer !== 'string') return answer;
    const cause = answer === 'misconfigured' ? 'api_disabled' : null;
    return { verdict: answer, cause, evidence: `it was ${answer}`, by, at: new Date(this.#clock()).toISOString() };
  }
}

/** Callable there, which the free screen can only suppose, and not enabled elsewhere. */
export function callableWhere(isCallable: (endpoint: ModelEndpoint) => boolean): Script {
  return (endpoint, by) => {
    if (!isCallable(endpoint)) return 'not_enabled';
    return by === 'screen' ? 'candidate' : 'enabled';
  };
}
