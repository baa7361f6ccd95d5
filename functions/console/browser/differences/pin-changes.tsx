// Pins before and after a change, with what people compare: price, minimum Claude Code, retirement.

import type { PinChange } from '../../../../shared/domain/changes/pin-change.ts';
import { dollars } from '../../../../shared/domain/models/price.ts';

type PinState = PinChange['from'];

export function PinChanges({ pinChanges }: { readonly pinChanges: readonly PinChange[] }) {
  if (pinChanges.length === 0) return null;
  return (
    <ul class="pin-changes">
      {pinChanges.slice(0, 40).map(({ ring, family, from, to }) => (
        <li key={`${ring} ${family}`}>
          <strong>{ring}</strong> {family}
          <div class="from-to">
            <del>{modelOf(from)}</del> <span aria-hidden="true">→</span> <ins>{modelOf(to)}</ins>
          </div>
          <span class="quiet">{factsOf(from, to)}</span>
        </li>
      ))}
      {pinChanges.length > 40 && <li class="quiet">and {pinChanges.length - 40} more pins</li>}
    </ul>
  );
}

function modelOf(pin: PinState): string {
  return pin === null ? 'no pin' : `${pin.model}${pin.context1m ? ' (1M)' : ''} in ${pin.location}`;
}

function factsOf(from: PinState, to: PinState): string {
  const price = (pin: PinState) => (pin?.price ? `${dollars(pin.price.input)}/${dollars(pin.price.output)}` : '?');
  const facts = [
    `price ${price(from)} → ${price(to)} per million tokens`,
    ...(to?.minimumCli ? [`needs Claude Code ${to.minimumCli}`] : []),
    ...(to?.retirement
      ? [`${to.retirement.kind === 'shut' ? 'shut' : 'not retired before'} ${to.retirement.date}`]
      : []),
  ];
  return facts.join(' · ');
}
