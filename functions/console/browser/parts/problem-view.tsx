// A problem of a call: what is wrong, how to fix it, and the findings. Whoever must sign in can do it here.

import { useState } from 'preact/hooks';
import { hintOf } from '../client/problem-words.ts';
import { readAllAgain } from '../client/readings.ts';
import type { Problem } from '../client/replies.ts';
import { signIn } from '../client/session.ts';
import { Findings } from './findings.tsx';

export function ProblemView({ problem }: { readonly problem: Problem | null }) {
  if (problem === null) return null;
  const { title, code, field, findings = [] } = problem;
  return (
    <div class="notice bad" role="alert">
      <strong>{title}.</strong> <span>{hintOf(problem)}</span>
      {field?.startsWith('/') && (
        <p class="quiet">
          At <code>{field}</code>
        </p>
      )}
      <Findings findings={findings} />
      {code === 'signed_out' && (
        <p>
          <a href={location.href}>Sign in</a>
        </p>
      )}
      {code === 'unauthenticated' && <SignIn />}
    </div>
  );
}

/** Where no proxy signs people in. */
function SignIn() {
  const [token, setToken] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    signIn(token);
    readAllAgain();
  };
  return (
    <form class="row" onSubmit={submit}>
      <label>
        Token
        <input
          type="password"
          autocomplete="off"
          required
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary">
        Sign in
      </button>
      <p class="quiet">The token stays in the memory of this page. Reloading the page forgets it.</p>
    </form>
  );
}
