// A Model Garden that answers by script, and counts what is asked of it.

import type { Observation, Verdict } from '../../../shared/domain/availability/observation.ts';
import type { ModelEndpoint } from '../../../shared/domain/models/model-endpoint.ts';
import type { Garden } from '../../../shared/ports.ts';

export class ScriptedGarden implements Garden {
  listed: readonly string[] | null = null;
  /** What the screen says of a place; by default what is servable. */
  screens: (endpoint: ModelEndpoint) => Verdict = () => 'candidate';
  confirms: (endpoint: ModelEndpoint) => Verdict = () => 'enabled';
  /** What an answer waits for. */
  before: () => Promise<unknown> = () => Promise.resolve();
  readonly screened: ModelEndpoint[] = [];
  readonly confirmed: ModelEndpoint[] = [];
  most = 0;
  #open = 0;
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  async list() {
    return { models: this.listed, evidence: '' };
  }

  screen(endpoint: ModelEndpoint): Promise<Observation> {
    this.screened.push(endpoint);
    return this.#answer(this.screens(endpoint), 'screen');
  }

  confirm(endpoint: ModelEndpoint): Promise<Observation> {
    this.confirmed.push(endpoint);
    return this.#answer(this.confirms(endpoint), 'confirm');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #answer(verdict: Verdict, by: Observation['by']): Promise<Observation> {
    this.most = Math.max(this.most, ++this.#open);
    await this.before();
    this.#open--;
    const cause = verdict === 'misconfigured' ? 'api_disabled' : null;
    return { verdict, cause, evidence: `it was ${verdict}`, by, at: new Date(this.#clock()).toISOString() };
  }
}
