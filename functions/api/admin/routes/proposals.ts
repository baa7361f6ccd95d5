// The calls about changes that wait for a second person.

import { Proposal } from '../../../../shared/domain/changes/proposal.ts';
import { ok } from '../../../../shared/domain/fault.ts';
import type { ChangePolicy } from '../../../commands/change-policy.ts';
import { approveProposal, readProposal, rejectProposal } from '../../../commands/decide-proposal.ts';
import { ChangeReply, NoQuery } from '../schemas/common.ts';
import { ProposalsReply } from '../schemas/rollouts.ts';
import { changeReply } from './policy.ts';
import { type Route, type RoutePorts, route } from './route.ts';

const pageSize = 100;

export function proposalRoutes(ports: RoutePorts, changePolicy: ChangePolicy): readonly Route[] {
  const { store } = ports;
  return [
    route({
      method: 'GET',
      path: '/v1/proposals',
      operation: 'listProposals',
      summary: 'Changes that needed a second person, newest first.',
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
      summary: 'One proposal with the policy that it would make.',
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
      summary: "Make somebody else's proposed change.",
      role: 'approver',
      query: NoQuery,
      reply: ChangeReply,
      handle: async ({ parameters, caller }) =>
        changeReply(await approveProposal(ports, changePolicy, numberOf(parameters['proposal']), caller.name)),
    }),
    route({
      method: 'POST',
      path: '/v1/proposals/{proposal}/reject',
      operation: 'rejectProposal',
      summary: 'Put a proposal aside; its author may, too.',
      query: NoQuery,
      reply: Proposal,
      handle: async ({ parameters, caller }) => {
        const rejected = await rejectProposal(ports, numberOf(parameters['proposal']), caller.name);
        return rejected.ok ? ok({ body: rejected.value }) : rejected;
      },
    }),
  ];
}

/** 0, which no proposal has, for anything that is no number. */
function numberOf(text: string | undefined): number {
  return /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0;
}
