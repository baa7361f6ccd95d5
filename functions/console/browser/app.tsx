// The frame around every screen: navigation, search, who is signed in, and a banner while something is wrong or frozen.

import type { ComponentType } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type PagePath, useAddress } from './address.ts';
import { Banner } from './banner.tsx';
import { useGet } from './client/use-call.ts';
import { Link } from './parts/link.tsx';
import { ProblemView } from './parts/problem-view.tsx';
import { AccessScreen } from './screens/access/access-screen.tsx';
import { AvailabilityScreen } from './screens/availability/availability-screen.tsx';
import { ChangesScreen } from './screens/changes/changes-screen.tsx';
import { HistoryScreen } from './screens/history/history-screen.tsx';
import { MachineScreen } from './screens/machine/machine-screen.tsx';
import { OverviewScreen } from './screens/overview/overview-screen.tsx';
import { RingsScreen } from './screens/rings/rings-screen.tsx';
import { Search } from './search.tsx';

interface Screen {
  readonly title: string;
  readonly View: ComponentType<{ readonly query: URLSearchParams }>;
}

const screens: Readonly<Record<PagePath, Screen>> = {
  '/': { title: 'Overview', View: OverviewScreen },
  '/availability': { title: 'Availability', View: AvailabilityScreen },
  '/rings': { title: 'Rings', View: RingsScreen },
  '/changes': { title: 'Changes', View: ChangesScreen },
  '/history': { title: 'History', View: HistoryScreen },
  '/machine': { title: 'Machine', View: MachineScreen },
  '/access': { title: 'Access', View: AccessScreen },
};

export function App() {
  const { path, query } = useAddress();
  const { title, View } = screens[path as PagePath] ?? screens['/']; // the service sends the page for these paths alone
  const heading = useHeading(title, path);
  const caller = useGet('/v1/caller');
  // The screen needn't wait for the answer, which mostly is yes.
  const mayRead = caller.value !== null || caller.problem === null;
  return (
    <>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header>
        <Link to="/" class="brand">
          <span class="mark" aria-hidden="true">
            P
          </span>
          Pinward
        </Link>
        {mayRead && <Search />}
        <p class="who">
          {caller.value !== null && (
            <>
              {caller.value.name} <span class="badge quiet">{caller.value.role}</span>
            </>
          )}
        </p>
      </header>
      <nav class="screens" aria-label="Screens">
        {Object.entries(screens).map(([to, screen]) => (
          <Link key={to} to={to} current={screens[to as PagePath].View === View}>
            {screen.title}
          </Link>
        ))}
      </nav>
      <main id="main">
        {mayRead && <Banner />}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <ProblemView problem={caller.problem} />
        {mayRead && <View query={query} />}
      </main>
    </>
  );
}

/** A new screen has its title in the window, and the focus on its heading, which screen readers then read. */
function useHeading(title: string, path: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = useRef(path);
  useEffect(() => {
    document.title = `${title} · Pinward`;
    if (shown.current !== path) heading.current?.focus();
    shown.current = path;
  }, [title, path]);
  return heading;
}
