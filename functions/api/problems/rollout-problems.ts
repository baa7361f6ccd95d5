// Problem texts of faults about upgrades, rollouts and proposals.

import type { Fault } from '../../../shared/domain/fault.ts';
import type { ProblemText } from './problem-text.ts';

type RolloutFault = Extract<
  Fault,
  {
    readonly code:
      | 'rollout_active'
      | 'rollout_unknown'
      | 'rollout_state'
      | 'upgrade_unknown'
      | 'upgrade_state'
      | 'second_person_needed'
      | 'proposal_unknown'
      | 'proposal_conflict'
      | 'proposal_state';
  }
>;

export function rolloutProblemText(fault: RolloutFault): ProblemText {
  switch (fault.code) {
    case 'rollout_active':
      return {
        status: 409,
        title: `Rollout ${fault.rollout} is changing the ${fault.family} pin of ring ${fault.ring}`,
        hint: `Wait until the rollout ends, or POST /v1/rollouts/${fault.rollout}/abort. Then change the pin.`,
        field: `/rings/${fault.ring}/pins/${fault.family}`,
      };
    case 'rollout_unknown':
      return {
        status: 404,
        title: `Rollout ${fault.rollout} does not exist`,
        hint: 'GET /v1/rollouts lists the latest rollouts.',
        field: 'rollout',
      };
    case 'rollout_state':
      return {
        status: 409,
        title: `Rollout ${fault.rollout} is ${fault.state}`,
        hint: `This call needs a rollout that is ${fault.needs}.`,
        field: 'rollout',
      };
    case 'upgrade_unknown':
      return {
        status: 404,
        title: `Upgrade ${fault.upgrade} does not exist`,
        hint: 'GET /v1/upgrades lists the upgrades. An id has the form ring.family.model.',
        field: 'upgrade',
      };
    case 'upgrade_state':
      return {
        status: 409,
        title: `Upgrade ${fault.upgrade} is ${fault.state}`,
        hint: `This call needs an upgrade that is ${fault.needs}.`,
        field: 'upgrade',
      };
    case 'second_person_needed':
      return {
        status: 409,
        title: `A second person must approve this: ${fault.proposedBy} proposed it`,
        hint: secondPersonHints[fault.because],
      };
    case 'proposal_unknown':
      return {
        status: 404,
        title: `Proposal ${fault.proposal} does not exist`,
        hint: 'GET /v1/proposals lists the latest proposals.',
        field: 'proposal',
      };
    case 'proposal_conflict':
      return {
        status: 409,
        title: `Proposal ${fault.proposal} changes what somebody else has changed since: ${fault.paths.slice(0, 5).join(', ')}`,
        hint: 'Make the change again on the current policy or roles, and reject this proposal.',
        field: 'proposal',
      };
    case 'proposal_state':
      return {
        status: 409,
        title: `Proposal ${fault.proposal} is ${fault.state}`,
        hint: proposalHint(fault),
        field: 'proposal',
      };
  }
}

function proposalHint({ proposal, state }: Extract<RolloutFault, { readonly code: 'proposal_state' }>): string {
  switch (state) {
    case 'approved':
      return 'It was carried out, so nothing is left to do. GET /v1/events has when and by whom.';
    case 'rebased':
      return 'A newer proposal replaces it: GET /v1/proposals lists that one.';
    case 'void':
      return `POST /v1/proposals/${proposal}/rebase makes an open one again, of yours.`;
    default:
      return 'Make the change again.';
  }
}

const secondPersonHints = {
  author: 'The policy sets secondPerson. Ask another approver to make this call.',
  not_a_person:
    'Software can not be the second person. Ask a person with the role approver, signed in with their account.',
  role_is_new: 'Who became an approver after the proposal was made can not approve it. Ask another approver.',
  role_is_gone: 'You are no approver any more. Ask another approver.',
};
