// A time: how long ago or until then, and the exact time on hovering.

export function Time({ at }: { readonly at: string | null | undefined }) {
  if (at === null || at === undefined) return <span class="quiet">never</span>;
  return (
    <time dateTime={at} title={new Date(at).toLocaleString()}>
      {distance(at, Date.now())}
    </time>
  );
}

/** Such as `3 min ago` or `in 2 h`. */
export function distance(at: string, now: number): string {
  const seconds = Math.round((Date.parse(at) - now) / 1000);
  const text = duration(Math.abs(seconds));
  if (Math.abs(seconds) < 5) return 'just now';
  return seconds < 0 ? `${text} ago` : `in ${text}`;
}

/** In the largest unit of which there are two. */
export function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
