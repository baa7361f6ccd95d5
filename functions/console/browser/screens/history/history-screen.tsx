// The history: revisions of the policy, changes of access, and events.

import { addressOf } from '../../address.ts';
import { Tabs } from '../../parts/tabs.tsx';
import { AccessHistory } from './access-history.tsx';
import { Events } from './events.tsx';
import { Revisions } from './revisions.tsx';

const views = { policy: Revisions, access: AccessHistory, events: Events } as const;
const names = { policy: 'Policy', access: 'Roles and tokens', events: 'Events' } as const;

export function HistoryScreen({ query }: { readonly query: URLSearchParams }) {
  const asked = query.get('of');
  const of = asked === 'access' || asked === 'events' ? asked : 'policy';
  const View = views[of];
  const tabs = (['policy', 'access', 'events'] as const).map((each) => ({
    name: names[each],
    to: addressOf('/history', { of: each === 'policy' ? null : each }),
    isCurrent: each === of,
  }));
  return (
    <>
      <Tabs label="Histories" tabs={tabs} />
      <View query={query} key={of} />
    </>
  );
}
