// The address: path and query of the page hold all that a view shows, so that every view can be linked.

import { useEffect, useState } from 'preact/hooks';
import type { pagePaths } from '../../api/console/console-files.ts';

export type PagePath = (typeof pagePaths)[number];

export interface Address {
  readonly path: string;
  readonly query: URLSearchParams;
}

type Query = Readonly<Record<string, string | number | null>>;

const moved = new EventTarget();

export function useAddress(): Address {
  const [address, setAddress] = useState(read);
  useEffect(() => {
    const update = () => setAddress(read());
    moved.addEventListener('move', update);
    addEventListener('popstate', update);
    return () => {
      moved.removeEventListener('move', update);
      removeEventListener('popstate', update);
    };
  }, []);
  return address;
}

/** Values that are null are left out; an empty one says that there is none of it. */
export function addressOf(path: PagePath, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== null);
  const parameters = new URLSearchParams(given.map(([name, value]) => [name, String(value)]));
  return given.length === 0 ? path : `${path}?${parameters}`;
}

export function goTo(address: string): void {
  if (address !== location.pathname + location.search) history.pushState(null, '', address);
  moved.dispatchEvent(new Event('move'));
}

function read(): Address {
  return { path: location.pathname, query: new URLSearchParams(location.search) };
}
