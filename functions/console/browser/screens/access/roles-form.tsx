// The roles, with a line for each member. Owners state them.

import { useState } from 'preact/hooks';
import { type Role, roles as roleNames } from '../../../../../shared/domain/access/roles.ts';
import type { Replies } from '../../client/replies.ts';
import { differences } from '../../differences/diff.ts';
import { Differences } from '../../differences/diff-view.tsx';
import { Action } from '../../parts/action.tsx';

type Roles = Replies['/v1/access'];

const may: Readonly<Record<Role, string>> = {
  owner: 'state the roles; issue and revoke fleet tokens',
  approver: 'approve upgrades and proposals; thaw',
  editor: 'change the policy; reject; pause, resume and abort; freeze',
  reader: 'read everything except fleet tokens',
  machine: 'poll for its own pins, and report',
};

interface RolesFormProps {
  readonly roles: Roles;
  readonly etag: string;
  readonly isOwner: boolean;
}

export function RolesForm({ roles, etag, isOwner }: RolesFormProps) {
  const [texts, setTexts] = useState<Readonly<Partial<Record<Role, string>>>>({});
  const [said, setSaid] = useState('');
  const wanted: Roles = {
    ...roles,
    ...Object.fromEntries(Object.entries(texts).map(([role, text]) => [role, linesOf(text)])),
  };
  const changed = differences(roles, wanted);
  const done = (value: unknown) => {
    setTexts({});
    setSaid(hasProposal(value) ? 'A second person must approve it, on the screen Changes.' : 'The roles are stated.');
  };
  return (
    <section class="card" aria-labelledby="who">
      <h2 id="who">Who may do what</h2>
      <p class="quiet">
        One member on a line: <code>email:ada@example.com</code> or <code>domain:example.com</code>. Each role includes
        those below it.
      </p>
      {roles.owner.length === 0 && (
        <p class="notice info">
          Until the roles name an owner, those of <code>PINWARD_OWNERS</code> are owners.
        </p>
      )}
      <div class="roles">
        {roleNames.toReversed().map((role) => (
          <label key={role}>
            {role} <span class="quiet">may {may[role]}</span>
            <textarea
              class="code"
              rows={Math.min(8, Math.max(2, roles[role].length + 1))}
              readOnly={!isOwner}
              spellcheck={false}
              value={texts[role] ?? roles[role].join('\n')}
              onInput={(event) => setTexts({ ...texts, [role]: event.currentTarget.value })}
            />
          </label>
        ))}
      </div>
      {changed.length > 0 && (
        <>
          <h3>What you changed</h3>
          <Differences of={changed} />
          <div class="row">
            <Action
              label="State the roles"
              does="They count at once on this instance, and everywhere within 15 seconds."
              call={{ method: 'PUT', path: '/v1/access', ifMatch: etag, body: wanted }}
              needs="owner"
              noteAs="note"
              isGrave
              onDone={done}
            />
            <button type="button" onClick={() => setTexts({})}>
              Drop the draft
            </button>
          </div>
        </>
      )}
      <p role="status" class="quiet">
        {said}
      </p>
    </section>
  );
}

function linesOf(text: string): string[] {
  return text.split(/\s+/).filter((line) => line !== '');
}

function hasProposal(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'proposal' in value && value.proposal !== null;
}
