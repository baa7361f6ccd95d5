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
      | 'proposal_state';
  }
>;

export function rolloutProblemText(fault: RolloutFault): ProblemText {
  switch (fault.code) {
    case 'rollout_active':
      return {
        status: 409,
        title: `Rollout ${fault.rollout} is moving ${fault.family} of ring ${fault.ring}`,
        hint: `Let it end, or POST /v1/rollouts/${fault.rollout}/abort, then change the pin.`,
        field: `/rings/${fault.ring}/pins/${fault.family}`,
      };
    case 'rollout_unknown':
      return {
        status: 404,
        title: `There is no rollout ${fault.rollout}`,
        hint: 'GET /v1/rollouts lists them.',
        field: 'rollout',
      };
    case 'rollout_state':
      return {
        status: 409,
        title: `Rollout ${fault.rollout} is ${fault.state}`,
        hint: `This is for one that is ${fault.needs}.`,
        field: 'rollout',
      };
    case 'upgrade_unknown':
      return {
        status: 404,
        title: `There is no upgrade ${fault.upgrade}`,
        hint: 'GET /v1/upgrades lists them; an id is ring.family.model.',
        field: 'upgrade',
      };
    case 'upgrade_state':
      return {
        status: 409,
        title: `Upgrade ${fault.upgrade} is ${fault.state}`,
        hint: `This is for one that is ${fault.needs}.`,
        field: 'upgrade',
      };
    case 'second_person_needed':
      return {
        status: 409,
        title: `${fault.proposedBy} proposed this, so somebody else must approve it`,
        hint: 'The policy says secondPerson: ask another approver to make this call.',
      };
    case 'proposal_unknown':
      return {
        status: 404,
        title: `There is no proposal ${fault.proposal}`,
        hint: 'GET /v1/proposals lists them.',
        field: 'proposal',
      };
    case 'proposal_state':
      return {
        status: 409,
        title: `Proposal ${fault.proposal} is ${fault.state}`,
        hint: 'Make the change again; it becomes a new proposal.',
        field: 'proposal',
      };
  }
}
