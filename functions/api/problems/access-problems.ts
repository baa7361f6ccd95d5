// Problem texts of faults about roles and fleet tokens.

import type { Fault } from '../../../shared/domain/fault.ts';
import type { ProblemText } from './problem-text.ts';

type AccessFault = Extract<
  Fault,
  {
    readonly code:
      | 'access_invalid'
      | 'access_conflict'
      | 'access_unknown'
      | 'last_owner'
      | 'token_name_taken'
      | 'token_unknown';
  }
>;

export function accessProblemText(fault: AccessFault): ProblemText {
  switch (fault.code) {
    case 'access_invalid': {
      const [first] = fault.findings;
      return {
        status: 422,
        title: first?.message ?? 'It has errors',
        hint: first?.fix ?? 'See findings.',
        ...(first === undefined ? {} : { field: first.path }),
        findings: fault.findings,
      };
    }
    case 'access_conflict':
      return {
        status: 412,
        title: `You changed number ${fault.expected} of access, but ${fault.current} stands`,
        hint: 'GET /v1/access, make your change again on what it says, and send its ETag as If-Match.',
        field: 'If-Match',
        current: fault.current,
      };
    case 'access_unknown':
      return {
        status: 404,
        title: `There is no number ${fault.number} of access`,
        hint: 'GET /v1/access/revisions lists them.',
      };
    case 'last_owner':
      return {
        status: 409,
        title: fault.leaves === null ? 'Nobody would be owner' : `You, ${fault.leaves}, would be owner no longer`,
        hint: 'Name an owner in /owner; whoever changes the roles stays one, and is taken away by another owner.',
        field: '/owner',
      };
    case 'token_name_taken':
      return {
        status: 409,
        title: `A fleet token is called ${fault.name} already`,
        hint: 'Choose another name; that of a revoked or expired token is free again after 30 days.',
        field: '/name',
      };
    case 'token_unknown':
      return {
        status: 404,
        title: `There is no fleet token ${fault.name}`,
        hint: 'GET /v1/tokens lists them.',
        field: 'name',
      };
  }
}
