// Schemas of the calls for proposals.

import { z } from 'zod';
import { PolicyProposal, RolesProposal } from '../../../../shared/domain/changes/proposal.ts';
import { RolesReply } from './access.ts';
import { ChangeReply, refused } from './common.ts';

const state = z
  .enum(['open', 'approved', 'rejected', 'rebased', 'expired', 'void'])
  .describe('`void`: its author may not change anything any more. `rebased`: a newer proposal replaces it.');

const [PolicyView, RolesView] = [PolicyProposal.extend({ state }), RolesProposal.extend({ state })];

export const ProposalReply = z.discriminatedUnion('kind', [PolicyView, RolesView]);

export const ProposalsReply = z.strictObject({
  proposals: z.array(
    z.discriminatedUnion('kind', [PolicyView.omit({ policy: true }), RolesView.omit({ roles: true })]),
  ),
  refused,
});

/** What a call that carries out a proposal replies: that of a change of the policy, or of the roles. */
export const ProposalOutcomeReply = z.union([ChangeReply, RolesReply]);
