// The way to older and newer items of a list that the service gives in pages.

import { addressOf, type PagePath } from '../address.ts';
import { Link } from './link.tsx';

interface PagerProps {
  readonly path: PagePath;
  readonly query: Readonly<Record<string, string | number | null>>;
  /** Whether this is not the newest page. */
  readonly isOlder: boolean;
  readonly next: number | null;
}

export function Pager({ path, query, isOlder, next }: PagerProps) {
  return (
    <p class="row">
      {isOlder && <Link to={addressOf(path, { ...query, before: null })}>Newest</Link>}
      {next !== null && <Link to={addressOf(path, { ...query, before: next })}>Older</Link>}
    </p>
  );
}
