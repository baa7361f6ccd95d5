// Access: who has which role, and the fleet tokens. One document, so that one read tells an instance all of it; each change
// makes a new number, and what the roles were is kept under it.

import { z } from 'zod';
import { FleetToken, maxTokens } from './fleet-token.ts';

const maxMembers = 1000;

/** Addresses as Google writes them; nothing that a log, a table or a chat would take for markup. */
const Member = z
  .string()
  .max(260)
  .regex(
    /^(?:email:[a-z0-9._%+'-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+|domain:[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/,
    'a member is email:a@example.com or domain:example.com, in lower case',
  )
  .refine((member) => !/^domain:(?:.*\.)?gserviceaccount\.com$/.test(member), {
    message: 'anybody can make service accounts, so each is bound by its address',
    params: { code: 'member_domain', fix: 'Write email:NAME@PROJECT.iam.gserviceaccount.com for each of them.' },
  });

const Members = z.array(Member).max(maxMembers).default([]);

/** Members of each role; who is in several has the highest. */
export const Roles = z
  .strictObject({ owner: Members, approver: Members, editor: Members, reader: Members, machine: Members })
  .refine((roles) => Object.values(roles).flat().length <= maxMembers, {
    message: `more than ${maxMembers} members in all`,
    params: { code: 'members_many', fix: 'Bind a domain instead of its addresses.' },
  });
export type Roles = z.infer<typeof Roles>;

export const AccessRevision = z.strictObject({
  number: z.int().positive(),
  roles: Roles,
  by: z.string().min(1).max(320),
  at: z.iso.datetime(),
  note: z.string().max(500).nullable(),
  /** Names of the fleet tokens that this change brought or took. */
  issued: z.string().nullable(),
  revoked: z.string().nullable(),
});
export type AccessRevision = z.infer<typeof AccessRevision>;

export const Access = z.strictObject({ revision: AccessRevision, tokens: z.array(FleetToken).max(maxTokens) });
export type Access = z.infer<typeof Access>;

export const noRoles: Roles = { owner: [], approver: [], editor: [], reader: [], machine: [] };
