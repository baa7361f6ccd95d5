// The calls about changes that wait for a second person.

import { Proposal } from '../../../../shared/domain/changes/proposal.ts';
import { fail, ok, type Result } from '../../../../shared/domain/fault.ts';
import { numberedId, type Store, type Stored } from '../../../../shared/ports.ts';
import type { Change } from '../../../commands/change-policy.ts';
import { eventWrites } from '../../../commands/event-writes.ts';
import { decidedWrite, proposalEvent } from '../../../commands/policy-writes.ts';
import { type Reply, type Route, type RoutePorts, route } from '../route.ts';
import { ChangeReply, NoQuery } from '../schemas/common.ts';
import { ProposalsReply } from '../schemas/rollouts.ts';
import { changeReply } from './policy.ts';

const pageSize = 100;

export function proposalRoutes(ports: RoutePorts, change: Change): readonly Route[] {
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
        const proposal = await find(store, parameters['proposal']);
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
      handle: async ({ parameters, caller }) => {
        const proposal = await findOpen(store, parameters['proposal']);
        if (!proposal.ok) return proposal;
        const { policy, base, by, note, force } = proposal.value.value;
        if (caller.name === by) return fail({ code: 'second_person_needed', proposedBy: by });
        return changeReply(
          await change({
            draft: () => ok(policy),
            expected: base,
            by,
            note,
            force,
            restores: null,
            dryRun: false,
            approves: { proposal: proposal.value, by: caller.name },
          }),
        );
      },
    }),
    route({
      method: 'POST',
      path: '/v1/proposals/{proposal}/reject',
      operation: 'rejectProposal',
      summary: 'Put a proposal aside; its author may, too.',
      query: NoQuery,
      reply: Proposal,
      handle: async ({ parameters, caller }) => {
        const proposal = await findOpen(store, parameters['proposal']);
        return proposal.ok ? reject(ports, proposal.value, caller.name) : proposal;
      },
    }),
  ];
}

async function reject(
  { store, clock, afterCommit }: RoutePorts,
  proposal: Stored<Proposal>,
  by: string,
): Promise<Result<Reply>> {
  const at = new Date(clock()).toISOString();
  const recorded = await eventWrites(store, [proposalEvent(proposal.value, 'rejected', by, at)]);
  if (!recorded.ok) return recorded;
  const committed = await store.commit([decidedWrite(proposal, 'rejected', by, at), ...recorded.value]);
  if (!committed.ok) return committed;
  await afterCommit();
  return ok({ body: { ...proposal.value, state: 'rejected', decidedBy: by, decidedAt: at } });
}

async function findOpen(store: Store, number: string | undefined): Promise<Result<Stored<Proposal>>> {
  const proposal = await find(store, number);
  if (!proposal.ok || proposal.value.value.state === 'open') return proposal;
  return fail({ code: 'proposal_state', proposal: proposal.value.value.number, state: proposal.value.value.state });
}

async function find(store: Store, text: string | undefined): Promise<Result<Stored<Proposal>>> {
  const number = /^\d{1,9}$/.test(text ?? '') ? Number(text) : 0;
  const proposal = await store.read('proposal', numberedId(number));
  if (!proposal.ok) return proposal;
  return proposal.value === null ? fail({ code: 'proposal_unknown', proposal: number }) : ok(proposal.value);
}
