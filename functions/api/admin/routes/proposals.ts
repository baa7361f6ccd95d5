// The calls for proposals: changes that a second person must approve.

import { Proposal } from '../../../../shared/domain/changes/proposal.ts';
import { ok } from '../../../../shared/domain/fault.ts';
import type { ChangePolicy } from '../../../commands/change-policy.ts';
import { approveProposal, readProposal, rejectProposal } from '../../../commands/decide-proposal.ts';
import { ChangeReply, NoQuery, NoteQuery } from '../schemas/common.ts';
import { ProposalsReply } from '../schemas/rollouts.ts';
import { changeReply } from './policy.ts';
import { numberOf, type Route, type RoutePorts, route } from './route.ts';

const pageSize = 100;

export function proposalRoutes(ports: RoutePorts, changePolicy: ChangePolicy): readonly Route[] {
  const { store } = ports;
  return [
    route({
      method: 'GET',
      path: '/v1/proposals',
      operation: 'listProposals',
      summary: 'List the latest proposals, newest first. A proposal is a change that a second person must approve.',
      query: NoQuery,
      reply: ProposalsReply,
      handle: async () => {
        const page = await store.list('proposal', { order: 'descending', limit: pageSize });
        if (!page.ok) return page;
        return ok({ body: { proposals: page.value.map(({ value: { policy: _, ...summary } }) => summary) } });
      },
    }),
    route({
      method: 'GET',
      path: '/v1/proposals/{proposal}',
      operation: 'getProposal',
      summary: 'Get one proposal with the policy that it would publish.',
      query: NoQuery,
      reply: Proposal,
      handle: async ({ parameters }) => {
        const proposal = await readProposal(store, numberOf(parameters['proposal']));
        return proposal.ok ? ok({ body: proposal.value.value }) : proposal;
      },
    }),
    route({
      method: 'POST',
      path: '/v1/proposals/{proposal}/approve',
      operation: 'approveProposal',
      summary: 'Approve the proposal of another person. This publishes its policy.',
      role: 'approver',
      query: NoteQuery,
      reply: ChangeReply,
      handle: async ({ parameters, caller, query: { note = null } }) =>
        changeReply(await approveProposal(ports, changePolicy, numberOf(parameters['proposal']), caller.name, note)),
    }),
    route({
      method: 'POST',
      path: '/v1/proposals/{proposal}/reject',
      operation: 'rejectProposal',
      summary: 'Reject a proposal. Its author may do this, too.',
      query: NoteQuery,
      reply: Proposal,
      handle: async ({ parameters, caller, query: { note = null } }) => {
        const rejected = await rejectProposal(ports, numberOf(parameters['proposal']), caller.name, note);
        return rejected.ok ? ok({ body: rejected.value }) : rejected;
      },
    }),
  ];
}
