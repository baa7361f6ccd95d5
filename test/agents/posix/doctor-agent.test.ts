/** Problems that pinward doctor finds with the agent: configuration, copy, age of the copy, signature. */
import { rmSync, symlinkSync } from 'node:fs';
import { type Complaint, findsEach } from './complaint.ts';
import { fragment, pathOf, write } from './machine.ts';

const complaints: readonly Complaint[] = [
  {
    name: 'no configuration',
    worsen: ({ machine }) => rmSync(machine.path('etc/pinward/agent.conf')),
    check: 'config',
    says: /there is no configuration/,
    mends: /^sudo pinward --root \S+ install --server https:\/\/SERVER /,
  },
  {
    name: 'nothing applied',
    worsen: ({ machine }) => rmSync(machine.path(fragment)),
    check: 'pins',
    says: /nothing is applied/,
    mends: /^(sudo )?pinward --root \S+ login$/,
  },
  {
    name: 'an altered fragment',
    worsen: ({ machine }) => write(machine.path(fragment), machine.read(fragment).replace('opus-4-8', 'opus-4-6')),
    check: 'pins',
    says: /altered since it was fetched/,
    mends: /^(sudo )?pinward --root \S+ login$/,
  },
  {
    name: 'a fragment cut off',
    worsen: ({ machine }) => write(machine.path(fragment), machine.read(fragment).slice(0, -10)),
    check: 'pins',
    says: /could not read .*50-pinward\.json/,
    means: /does not start/,
    mends: /^(sudo )?pinward --root \S+ login$/,
  },
  {
    name: 'a last good copy past its time',
    worsen: ({ note }) => note({ valid_until: '2026-01-01T00:00:00Z', last_error: 'it is away' }),
    check: 'age',
    says: /valid until 2026-01-01T00:00:00Z, which has passed/,
    means: /stale.*it is away/,
    mends: /^(sudo )?pinward --root \S+ login$/,
  },
  {
    name: 'an agent that has not heard from its server for a day',
    worsen: ({ note }) => note({ checked_at: '2026-01-01T00:00:00Z' }),
    check: 'age',
    says: /no contact with the server since 2026-01-01T00:00:00Z/,
    mends: /^(sudo )?pinward --root \S+ login$/,
  },
  {
    name: 'signatures that nobody checks',
    worsen: ({ machine, server }) => machine.configure({ server: server.url }),
    check: 'signatures',
    says: /not checked/,
    mends: /install --server http:\S+ --machine m-1 .*--token-file \S+ --trust-on-first-use$/,
  },
  {
    name: 'a token that no server takes',
    online: true,
    worsen: ({ machine }) => write(machine.path('etc/pinward/token'), 'two words\n'),
    check: 'server',
    says: /the token has characters that no bearer token has/,
    mends: /^sudo tee \S+\/etc\/pinward\/token >\/dev\/null$/, // and nothing else of the configuration
  },
  {
    name: 'a token that is not there',
    online: true,
    worsen: ({ machine }) => rmSync(machine.path('etc/pinward/token')),
    check: 'server',
    says: /could not get a token from \S+\/etc\/pinward\/token/,
    mends: /^sudo tee \S+\/etc\/pinward\/token >\/dev\/null$/,
  },
  {
    name: 'a command that gives no token',
    online: true,
    worsen: ({ machine, server }) => machine.configure({ server: server.url, token_file: '', token_command: 'false' }),
    check: 'server',
    says: /could not get a token from false/,
    mends: /^false$/,
  },
  {
    name: 'a wrong configuration',
    worsen: ({ machine }) => machine.configure({ server: 'http://example.com', delivery: 'nonsense' }),
    check: 'config',
    says: /server must be https/,
    mends: /^\S+( vi)? \S+\/etc\/pinward\/agent\.conf$/,
  },
  {
    name: 'a last contact in the future',
    worsen: ({ note }) => note({ checked_at: '2098-01-01T00:00:00Z' }),
    check: 'age',
    says: /2098-01-01T00:00:00Z, which is yet to come/,
    mends: /^(sudo )?pinward --root \S+ login$/,
  },
  {
    name: 'an organisation without keys',
    worsen: ({ machine }) => rmSync(machine.path('etc/pinward/keys'), { recursive: true }),
    check: 'signatures',
    says: /no key of acme\.example/,
    mends: /--organisation acme\.example --trust-on-first-use$/,
  },
  {
    name: 'no openssl to check with',
    worsen: ({ machine }) => {
      for (const tool of [
        'awk',
        'cat',
        'date',
        'find',
        'grep',
        'head',
        'id',
        'sed',
        'sha256sum',
        'sort',
        'tail',
        'tr',
        'uname',
      ])
        if (tool !== 'id') symlinkSync(pathOf(tool), machine.path(`bin/${tool}`));
    },
    bare: true,
    check: 'signatures',
    says: /there is no openssl/,
    mends: /install openssl$/,
  },
  {
    name: 'pins from before the keys',
    worsen: ({ note }) => note({ signed_by: '' }),
    check: 'signatures',
    says: /applied before the keys were pinned/,
    mends: /^(sudo )?pinward --root \S+ login$/,
  },
];

findsEach('pinward doctor on the agent', complaints);
