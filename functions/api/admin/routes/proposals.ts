// The calls for proposals: changes that a second person must approve.

import type { Access } from '../../../../shared/domain/access/access.ts';
import { type Proposal, proposalState } from '../../../../shared/domain/changes/proposal.ts';
import { ok } from '../../../../shared/domain/fault.ts';
import { listReadable } from '../../../../shared/list-readable.ts';
import type { ChangePolicy } from '../../../commands/policy/change-policy.ts';
import { approveProposal } from '../../../commands/proposals/approve-proposal.ts';
import type { ProposalOutcome } from '../../../commands/proposals/proposal-outcome.ts';
import { readProposal } from '../../../commands/proposals/read-proposal.ts';
import { rebaseProposal } from '../../../commands/proposals/rebase-proposal.ts';
import { rejectProposal } from '../../../commands/proposals/reject-proposal.ts';
import type { ApiResult } from '../../problems/http-fault.ts';
import { namesOf } from '../rest-of-page.ts';
import { ChangeQuery, NoQuery } from '../schemas/common.ts';
import { ProposalOutcomeReply, ProposalReply, ProposalsReply } from '../schemas/proposals.ts';
import { rolesReply } from './access.ts';
import { changeReply } from './policy.ts';
import { changeOf, numberOf, type Reply, type Route, type RoutePorts, route } from './route.ts';

const pageSize = 100;

export function proposalRoutes(ports: RoutePorts, changePolicy: ChangePolicy): readonly Route[] {
  const { store, clock, firstOwners } = ports;
  const commandPorts = { ...ports, changePolicy };
  const viewOf = (access: Access | null) => (proposal: Proposal) => ({
    ...proposal,
    state: proposalState(proposal, new Date(clock()).toISOString(), access, firstOwners),
  });
  return [
    route({
      method: 'GET',
      path: '/v1/proposals',
      operation: 'listProposals',
      summary: 'List the latest proposals, newest first. A proposal is a change that a second person must approve.',
      query: NoQuery,
      reply: ProposalsReply,
      handle: async () => {
        const page = await listReadable(store, 'proposal', { order: 'descending', limit: pageSize });
        if (!page.ok) return page;
        const access = await store.read('access', 'current');
        if (!access.ok) return access;
        const view = viewOf(access.value?.value ?? null);
        return ok({
          body: {
            proposals: page.value.documents.map(({ value }) => summaryOf(view(value))),
            refused: namesOf(page.value),
          },
        });
      },
    }),
    route({
      method: 'GET',
      path: '/v1/proposals/{proposal}',
      operation: 'getProposal',
      summary: 'Get one proposal with the policy or the roles that it would publish.',
      query: NoQuery,
      reply: ProposalReply,
      handle: async ({ parameters }) => {
        const proposal = await readProposal(store, numberOf(parameters['proposal']));
        if (!proposal.ok) return proposal;
        const access = await store.read('access', 'current');
        return access.ok ? ok({ body: viewOf(access.value?.value ?? null)(proposal.value.value) }) : access;
      },
    }),
    route({
      method: 'POST',
      path: '/v1/proposals/{proposal}/approve',
      operation: 'approveProposal',
      summary: 'Approve the proposal of another person. This publishes its policy or its roles.',
      role: 'approver',
      query: ChangeQuery,
      reply: ProposalOutcomeReply,
      statuses: [200, 202],
      handle: async (request) => {
        const { parameters, caller } = request;
        const number = numberOf(parameters['proposal']);
        return outcomeReply(await approveProposal(commandPorts, number, caller, changeOf(request)));
      },
    }),
    route({
      method: 'POST',
      path: '/v1/proposals/{proposal}/rebase',
      operation: 'rebaseProposal',
      summary: 'Make the change of a proposal again, to what stands today. It becomes a proposal of yours.',
      query: ChangeQuery,
      reply: ProposalOutcomeReply,
      statuses: [200, 202],
      handle: async (request) => {
        const { parameters, caller } = request;
        const number = numberOf(parameters['proposal']);
        const author = { ...caller, isOwner: caller.role === 'owner' };
        return outcomeReply(await rebaseProposal(commandPorts, number, author, changeOf(request)));
      },
    }),
    route({
      method: 'POST',
      path: '/v1/proposals/{proposal}/reject',
      operation: 'rejectProposal',
      summary: 'Reject a proposal. Its author may do this, too.',
      query: ChangeQuery,
      reply: ProposalReply,
      handle: async (request) => {
        const { by, ...decided } = changeOf(request);
        const rejected = await rejectProposal(ports, numberOf(request.parameters['proposal']), by, decided);
        return rejected.ok ? ok({ body: rejected.value }) : rejected;
      },
    }),
  ];
}

/** A list has no policies: each can be large. */
function summaryOf(proposal: Record<string, unknown>): object {
  const { policy: _, roles: _roles, ...summary } = proposal;
  return summary;
}

function outcomeReply(outcome: ApiResult<ProposalOutcome>): ApiResult<Reply> {
  if (!outcome.ok) return outcome;
  const { kind, result } = outcome.value;
  return kind === 'policy' ? changeReply(ok(result)) : rolesReply(ok(result));
}
