// Access: the members of each role, and the fleet tokens. Both are in one document, so that an instance needs one read.
// Each change makes a new access revision, which keeps the roles.

import { z } from 'zod';
import { FleetToken, maxTokens } from './fleet-token.ts';

const maxMembers = 1000;

/** An address or a domain as Google writes it; without characters that a log, a table or a chat reads as markup. */
const Member = z
  .string()
  .max(260)
  .regex(
    /^(?:email:[a-z0-9._%+'-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+|domain:[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/,
    'a member is email:a@example.com or domain:example.com, in lower case',
  )
  .refine((member) => !/^domain:(?:.*\.)?gserviceaccount\.com$/.test(member), {
    message: 'anybody can create service accounts, so each one is a member by its address',
    params: { code: 'member_domain', fix: 'Write email:NAME@PROJECT.iam.gserviceaccount.com for each of them.' },
  });

const Members = z.array(Member).max(maxMembers).default([]);

/** The members of each role. A person with several roles has the highest of them. */
export const Roles = z
  .strictObject({ owner: Members, approver: Members, editor: Members, reader: Members, machine: Members })
  .refine((roles) => Object.values(roles).flat().length <= maxMembers, {
    message: `more than ${maxMembers} members in all`,
    params: { code: 'members_many', fix: 'Add a domain instead of its addresses.' },
  });
export type Roles = z.infer<typeof Roles>;

/** The roles after one change of access, with its author, time and reason. Numbers grow by one. */
export const AccessRevision = z.strictObject({
  number: z.int().positive(),
  roles: Roles,
  by: z.string().min(1).max(320),
  at: z.iso.datetime(),
  note: z.string().max(500).nullable(),
  /** The name of the fleet token that this change issued. */
  issued: z.string().nullable(),
  /** The name of the fleet token that this change revoked. */
  revoked: z.string().nullable(),
});
export type AccessRevision = z.infer<typeof AccessRevision>;

/** The newest access revision, and all fleet tokens. */
export const Access = z.strictObject({ revision: AccessRevision, tokens: z.array(FleetToken).max(maxTokens) });
export type Access = z.infer<typeof Access>;

export const noRoles: Roles = { owner: [], approver: [], editor: [], reader: [], machine: [] };
