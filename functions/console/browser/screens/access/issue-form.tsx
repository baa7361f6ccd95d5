// The form that asks for a new fleet token.

import { useState } from 'preact/hooks';
import type { Issued } from '../../client/replies.ts';
import { Action } from '../../parts/action.tsx';

interface IssueFormProps {
  readonly onIssued: (issued: Issued) => void;
}

export function IssueForm({ onIssued }: IssueFormProps) {
  const [name, setName] = useState('');
  const [role, setRole] = useState('machine');
  const [labels, setLabels] = useState('');
  const [days, setDays] = useState('90');
  const body = { name, role, labels: labelsOf(labels), days: Number(days) };
  return (
    <fieldset class="fields">
      <legend>A new token</legend>
      <label>
        Name
        <input value={name} placeholder="build" onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label>
        Role
        <select value={role} onChange={(event) => setRole(event.currentTarget.value)}>
          <option value="machine">machine: may only poll</option>
          <option value="reader">reader: may also read</option>
        </select>
      </label>
      <label>
        Labels, as key=value
        <input
          value={labels}
          placeholder="team=sre ring=pilot"
          onInput={(event) => setLabels(event.currentTarget.value)}
        />
      </label>
      <label>
        Days
        <input type="number" min="1" max="366" value={days} onInput={(event) => setDays(event.currentTarget.value)} />
      </label>
      <Action
        label="Issue"
        does={`Makes the token ${name}, which counts for ${days} days. It is shown once.`}
        call={{ method: 'POST', path: '/v1/tokens', body }}
        needs="owner"
        noteAs="note"
        // The service's reply to this call has this form.
        onDone={(value) => onIssued(value as Issued)}
      />
    </fieldset>
  );
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(/[\s,]+/).filter((pair) => pair.includes('='));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}
