// The groups of changes: by what they wait for.

import type { Proposal, Rollout, Upgrade } from '../../client/replies.ts';

export type Change = {
  readonly key: { readonly kind: string; readonly id: string };
  readonly title: string;
  readonly state: string;
} & (
  | { readonly kind: 'proposal'; readonly of: Proposal }
  | { readonly kind: 'upgrade'; readonly of: Upgrade }
  | { readonly kind: 'rollout'; readonly of: Rollout }
);

export interface Group {
  readonly title: string;
  readonly changes: readonly Change[];
}

interface All {
  readonly proposals: readonly Proposal[];
  readonly upgrades: readonly Upgrade[];
  readonly rollouts: readonly Rollout[];
}

/** Groups with something in them. */
export function groupsOf({ proposals, upgrades, rollouts }: All): readonly Group[] {
  const changes = [...proposals.map(ofProposal), ...rollouts.map(ofRollout), ...upgrades.map(ofUpgrade)];
  const titles = ['Wait for a person', 'Under way', 'Wait for time, or for nobody', 'Over'] as const;
  return titles
    .map((title, at) => ({ title, changes: changes.filter((change) => rankOf(change) === at) }))
    .filter((group) => group.changes.length > 0);
}

function ofProposal(of: Proposal): Change {
  const title = `Change ${of.number} of the ${of.kind} by ${of.by}`;
  return { kind: 'proposal', of, title, state: of.state, key: { kind: 'proposal', id: String(of.number) } };
}

function ofRollout(of: Rollout): Change {
  const title = `Rollout ${of.id}: ${of.to.model} to ${of.ring}`;
  return { kind: 'rollout', of, title, state: of.state, key: { kind: 'rollout', id: String(of.id) } };
}

function ofUpgrade(of: Upgrade): Change {
  const title = `${of.model} for ${of.ring}`;
  return { kind: 'upgrade', of, title, state: of.state, key: { kind: 'upgrade', id: of.id } };
}

function rankOf({ kind, state }: Change): number {
  switch (state) {
    case 'open':
    case 'ready':
    case 'paused':
      return 0;
    case 'running':
      return 1;
    case 'found':
    case 'soaking':
      return 2;
    case 'approved':
      return kind === 'upgrade' ? 1 : 3;
    default:
      return 3;
  }
}
