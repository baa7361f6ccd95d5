// Problem texts of faults about roles and fleet tokens.

import type { Fault } from '../../../shared/domain/fault.ts';
import { invalidText, type ProblemText } from './problem-text.ts';

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
    case 'access_invalid':
      return invalidText(fault.findings, 'The roles or the token request have errors');
    case 'access_conflict':
      return {
        status: 412,
        title: `Access has changed: you sent number ${fault.expected}, but ${fault.current} is current`,
        hint: 'GET /v1/access, apply your change to the result, and send its ETag as If-Match.',
        field: 'If-Match',
        current: fault.current,
      };
    case 'access_unknown':
      return {
        status: 404,
        title: `Access number ${fault.number} does not exist`,
        hint: 'GET /v1/access/revisions lists all numbers.',
      };
    case 'last_owner':
      return {
        status: 409,
        ...(fault.leaves === null
          ? { title: 'No owner would be left', hint: 'Name at least one owner in /owner.' }
          : {
              title: `You (${fault.leaves}) would lose the role of owner`,
              hint: 'Name yourself in /owner, too. Another owner can remove you later.',
            }),
        field: '/owner',
      };
    case 'token_name_taken':
      return {
        status: 409,
        title: `The token name ${fault.name} is already in use`,
        hint: 'Choose another name. The name of a revoked or expired token is free again after 30 days.',
        field: '/name',
      };
    case 'token_unknown':
      return {
        status: 404,
        title: `Fleet token ${fault.name} does not exist`,
        hint: 'GET /v1/tokens lists all fleet tokens.',
        field: 'name',
      };
  }
}
