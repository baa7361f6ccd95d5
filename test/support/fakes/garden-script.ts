// What the fake garden says to whom: the listing, and one script a (project, location, model). Checks each request as the
// real one would, and counts.

import { z } from 'zod';
import type { ModelEndpoint } from '../../../shared/domain/models/model-endpoint.ts';
import { type Answer, type RowName, rows } from './garden-rows.ts';

/** An entry of the listing; a `versionId` of `default` is how early and undated models are listed. */
export interface Listed {
  readonly name: string;
  readonly versionId: string;
}

export type Kind = 'list' | 'screen' | 'confirm';

export interface GardenScript {
  /** What is listed from now on, no matter whether it can be called: retired models stay, early ones come before. */
  list(...listed: readonly Listed[]): void;
  /** How the next pages of a listing are met; behind them all is well again. */
  failList(...names: readonly RowName[]): void;
  /**
   * How calls about a place are met: each takes the next row, and the last row stays. What is left out of the place
   * means all of them; the newest script that fits counts, and where none does the model is `not found`.
   */
  script(endpoint: Partial<ModelEndpoint>, ...names: readonly [RowName, ...RowName[]]): void;
  /** Calls so far by kind. */
  calls(): Readonly<Record<Kind, number>>;
  /** What was wrong with requests that the real one would turn away. */
  readonly complaints: readonly string[];
}

interface Scripted {
  readonly endpoint: Partial<ModelEndpoint>;
  readonly names: RowName[];
}

const ListRequest = z.object({
  parent: z.literal('publishers/anthropic'),
  pageSize: z.int().min(0).max(300),
  pageToken: z.string().regex(/^(?:page-\d+)?$/),
  listAllVersions: z.boolean(),
});
const CountRequest = z.object({ endpoint: z.string(), contents: z.array(z.unknown()).min(1) });
const PredictRequest = z.object({
  endpoint: z.string(),
  httpBody: z.object({ contentType: z.literal('application/json'), data: z.instanceof(Buffer) }),
});
const Prompt = z.object({
  anthropic_version: z.enum(['vertex-2023-10-16', '2026-10-21']),
  max_tokens: z.literal(1),
  messages: z.array(z.object({ role: z.literal('user'), content: z.string().min(1) })).length(1),
});
const resource = /^projects\/([^/]+)\/locations\/([^/]+)\/publishers\/anthropic\/models\/([^/]+)$/;

/** `pageSize`: the most entries that a page of the listing has, whatever is asked for. */
export function createGardenScript(
  pageSize: number,
): GardenScript & { answer(kind: Kind, request: object, route: string): Answer } {
  let listed: readonly Listed[] = [];
  const listFailures: RowName[] = [];
  const scripts: Scripted[] = [];
  const calls = { list: 0, screen: 0, confirm: 0 };
  const complaints: string[] = [];

  function answerNamed(kind: 'screen' | 'confirm', resourceName: string, route: string): Answer {
    // Google finds the way to the model by this header, not by the message.
    if (route !== `endpoint=${encodeURIComponent(resourceName)}`) throw new Error(`routed to ${route}`);
    const [, project, location, model] = resource.exec(resourceName) ?? [];
    if (project === undefined || location === undefined || model === undefined)
      throw new Error(`no such resource: ${resourceName}`);
    const endpoint = { project, location, model };
    const names = scripts.findLast((each) => isWithin(endpoint, each.endpoint))?.names ?? ['not found'];
    const name = (names.length > 1 ? names.shift() : names[0]) ?? 'not found';
    return rows[name][kind](endpoint);
  }

  function decide(kind: Kind, request: object, route: string): Answer {
    if (kind === 'screen') return answerNamed(kind, CountRequest.parse(request).endpoint, route);
    if (kind === 'confirm') {
      const { endpoint, httpBody } = PredictRequest.parse(request);
      Prompt.parse(JSON.parse(httpBody.data.toString()));
      return answerNamed(kind, endpoint, route);
    }
    const failure = listFailures.shift();
    const asked = ListRequest.parse(request);
    if (failure !== undefined) return rows[failure].screen({ project: 'none', location: 'global', model: 'none' });
    return { kind: 'ok', body: pageOf(listed, asked, Math.min(pageSize, asked.pageSize || 50)) };
  }

  return {
    complaints,
    list(...entries) {
      listed = entries;
    },
    failList: (...names) => void listFailures.push(...names),
    script: (endpoint, ...names) => void scripts.push({ endpoint, names: [...names] }),
    calls: () => ({ ...calls }),
    answer(kind, request, route) {
      calls[kind]++;
      try {
        return decide(kind, request, route);
      } catch (cause) {
        const complaint = cause instanceof Error ? cause.message : String(cause);
        complaints.push(complaint);
        return { kind: 'error', code: 3, text: `the fake garden does not take this: ${complaint}` };
      }
    },
  };
}

function isWithin(endpoint: ModelEndpoint, within: Partial<ModelEndpoint>): boolean {
  return (['project', 'location', 'model'] as const).every((key) => [undefined, endpoint[key]].includes(within[key]));
}

/** Without `listAllVersions` each model is listed once, in its newest version. */
function pageOf(listed: readonly Listed[], asked: z.infer<typeof ListRequest>, size: number): object {
  const all = asked.listAllVersions ? listed : [...new Map(listed.map((each) => [each.name, each])).values()];
  const from = Number(asked.pageToken.replace('page-', '')) * size;
  return {
    publisherModels: all
      .slice(from, from + size)
      .map(({ name, versionId }) => ({ name: `publishers/anthropic/models/${name}`, versionId })),
    nextPageToken: from + size < all.length ? `page-${from / size + 1}` : '',
  };
}
