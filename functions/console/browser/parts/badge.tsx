// A state in a word. The colour says nothing that the word doesn't.

const tones: Readonly<Record<string, string>> = {
  enabled: 'good',
  ok: 'good',
  completed: 'good',
  rolled_out: 'good',
  approved: 'good',
  active: 'good',
  running: 'info',
  soaking: 'info',
  ready: 'info',
  open: 'info',
  paused: 'warn',
  raises: 'warn',
  no_quota: 'warn',
  degraded: 'warn',
  expired: 'quiet',
  blocked_by_policy: 'bad',
  needs_data_sharing: 'bad',
  not_enabled: 'bad',
  not_served: 'quiet',
  aborted: 'bad',
  rejected: 'bad',
  revoked: 'bad',
};

export function Badge({ state }: { readonly state: string }) {
  return <span class={`badge ${tones[state] ?? 'quiet'}`}>{state.replaceAll('_', ' ')}</span>;
}
