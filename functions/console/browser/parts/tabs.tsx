// Views of one screen, as links: each has its address.

import { Link } from './link.tsx';

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly { readonly name: string; readonly to: string; readonly isCurrent: boolean }[];
}

export function Tabs({ label, tabs }: TabsProps) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ name, to, isCurrent }) => (
        <Link key={name} to={to} current={isCurrent}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
