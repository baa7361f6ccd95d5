// The replies of the API, as the schemas of its OpenAPI document say. Types alone: no schema is loaded into the browser.

import type { z } from 'zod';
import type { AccessRevision, Roles } from '../../../../shared/domain/access/access.ts';
import type { Policy } from '../../../../shared/domain/policy/policy.ts';
import type { Revision } from '../../../../shared/domain/serving/revision.ts';
import type * as access from '../../../api/admin/schemas/access.ts';
import type { AdoptionReply } from '../../../api/admin/schemas/adoption.ts';
import type { AgentsReply } from '../../../api/admin/schemas/agents.ts';
import type * as common from '../../../api/admin/schemas/common.ts';
import type { ExplainReply } from '../../../api/admin/schemas/explain.ts';
import type { HealthReply } from '../../../api/admin/schemas/health.ts';
import type { KeysReply } from '../../../api/admin/schemas/keys.ts';
import type * as proposals from '../../../api/admin/schemas/proposals.ts';
import type * as rollouts from '../../../api/admin/schemas/rollouts.ts';

/** By path, what a GET replies. */
export interface Replies {
  readonly '/v1/caller': z.infer<typeof common.CallerReply>;
  readonly '/v1/health': z.infer<typeof HealthReply>;
  readonly '/v1/policy': Policy;
  readonly '/v1/catalogue': z.infer<typeof common.CatalogueReply>;
  readonly '/v1/availability': z.infer<typeof common.AvailabilityReply>;
  readonly '/v1/upgrades': z.infer<typeof rollouts.UpgradesReply>;
  readonly '/v1/rollouts': z.infer<typeof rollouts.RolloutsReply>;
  readonly '/v1/rollouts/{rollout}': z.infer<typeof rollouts.RolloutReply>;
  readonly '/v1/adoption': z.infer<typeof AdoptionReply>;
  readonly '/v1/proposals': z.infer<typeof proposals.ProposalsReply>;
  readonly '/v1/proposals/{proposal}': z.infer<typeof proposals.ProposalReply>;
  readonly '/v1/revisions': z.infer<typeof common.RevisionsReply>;
  readonly '/v1/revisions/{number}': Revision;
  readonly '/v1/events': z.infer<typeof common.EventsReply>;
  readonly '/v1/explain': z.infer<typeof ExplainReply>;
  readonly '/v1/access': Roles;
  readonly '/v1/access/revisions': z.infer<typeof access.AccessRevisionsReply>;
  readonly '/v1/access/revisions/{number}': AccessRevision;
  readonly '/v1/tokens': z.infer<typeof access.TokensReply>;
  readonly '/v1/agents': z.infer<typeof AgentsReply>;
  readonly '/v1/keys': z.infer<typeof KeysReply>;
}

export type Problem = z.infer<typeof common.ProblemReply>;
export type ChangeReply = z.infer<typeof common.ChangeReply>;
export type Issued = z.infer<typeof access.IssuedReply>;
export type Cell = Replies['/v1/availability']['endpoints'][number];
export type Upgrade = Replies['/v1/upgrades']['upgrades'][number];
export type RingAdoption = Replies['/v1/adoption']['rings'][number];
export type Rollout = Replies['/v1/rollouts']['rollouts'][number];
export type Proposal = Replies['/v1/proposals']['proposals'][number];
export type Event = Replies['/v1/events']['events'][number];
