// The search of every screen: over rings, models, machines and revisions. Machines are never listed by the service, so a name is a
// question to `explain`.

import { useEffect, useState } from 'preact/hooks';
import { addressOf, goTo, useAddress } from './address.ts';
import { useCall } from './client/use-call.ts';
import { Link } from './parts/link.tsx';

interface Found {
  readonly what: string;
  readonly name: string;
  readonly to: string;
}

const most = 8;

export function Search() {
  const [text, setText] = useState('');
  const found = useFound(text.trim());
  const address = useAddress();
  // Whoever has arrived searches no more.
  useEffect(() => setText(''), [address]);
  const submit = (event: Event) => {
    event.preventDefault();
    const [first] = found;
    if (first !== undefined) goTo(first.to);
  };
  return (
    <search>
      <form onSubmit={submit}>
        <input
          type="search"
          aria-label="Search rings, models, machines and revisions"
          placeholder="Search"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => event.key === 'Escape' && setText('')}
        />
        {found.length > 0 && (
          <ul class="found">
            {found.map(({ what, name, to }) => (
              <li key={to}>
                <Link to={to}>
                  <span class="quiet">{what}</span> {name}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </form>
    </search>
  );
}

function useFound(text: string): readonly Found[] {
  const policy = useCall('/v1/policy', text === '' ? null : '/v1/policy').value;
  const catalogue = useCall('/v1/catalogue', text === '' ? null : '/v1/catalogue').value;
  if (text === '') return [];
  const has = (name: string) => name.toLowerCase().includes(text.toLowerCase());
  const number = /^#?(\d{1,9})$/.exec(text)?.[1];
  const rings = policy?.rings.filter(({ name }) => has(name)) ?? [];
  const models = catalogue?.models.filter(({ id }) => has(id)) ?? [];
  const isMachine = /^[A-Za-z0-9._:-]{1,128}$/.test(text);
  const found = [
    ...(number === undefined
      ? []
      : [{ what: 'revision', name: number, to: addressOf('/history', { revision: number }) }]),
    ...rings.map(({ name }) => ({ what: 'ring', name, to: addressOf('/rings', { ring: name }) })),
    ...models.map(({ id }) => ({ what: 'model', name: id, to: addressOf('/availability', { model: id }) })),
  ].slice(0, most);
  if (text.includes('@')) found.push({ what: 'person', name: text, to: addressOf('/machine', { email: text }) });
  else if (isMachine) found.push({ what: 'machine', name: text, to: addressOf('/machine', { machine: text }) });
  return found;
}
