// Large bodies: policies that grow in one part, such as selectors or variables. A size of 1 is up to 200 KB.

import { draft, ring } from '../../support/world.ts';

type Body = Record<string, unknown>;

/** By the part that grows. */
export const largeBodies: Readonly<Record<string, (size: number) => Body>> = {
  'rings and selectors': (size) =>
    withRings(98 * size, (at) => ({ match: list(100, (each) => `machine:m${at}-${each}`) })),
  'rings that share selectors': (size) =>
    withRings(98 * size, () => ({ match: list(100, (each) => `label:key${each}=value`) })),
  'rings and variables': (size) => withRings(98 * size, none, { settings: { env: keys(13_000 * size, 'A', '') } }),
  'rings and settings': (size) => withRings(98 * size, none, { settings: keys(14_000 * size, 'a', 1) }),
  'rings of unknown settings': (size) =>
    withRings(98 * size, (at) => ({
      settings: Object.fromEntries(
        list(20, (each) => [`${'companyAnnouncment'.repeat(3)}${at}x${each}`.padEnd(64, 's'), 1]),
      ),
    })),
  'rings of misspelt variables': (size) =>
    withRings(98 * size, (at) => ({
      settings: { env: keys(20, `CLAUDE_CODE_DISABLE_NONESENTIAL_TRAFIC_${at}_`, '') },
    })),
  'values of hooks that are none': (size) =>
    draft({ settings: { hooks: { PreToolUse: [{ hooks: list(9_000 * size, () => ({ type: 'http' })) }] } } }),
  'rings and own models': (size) =>
    withRings(98 * size, () => ({ pins: { opus: { model: 'claude-opus-98@default' } } }), {
      models: list(198 * size, (at) => ({ id: `claude-opus-4-8@${20_250_000 + at}` })),
    }),
  'rings and allowed models': (size) =>
    withRings(98 * size, none, {
      settings: { availableModels: list(198 * size, (at) => `claude-opus-4-${at}-${'x'.repeat(100)}`) },
    }),
  'rings and locations of an own model': (size) =>
    withRings(98 * size, () => ({ pins: { opus: { model: 'claude-opus-98@default', location: 'global' } } }), {
      models: [
        {
          id: 'claude-opus-98@default',
          locations: list(63 * size, (at) => `${'a'.repeat(25)}-${'b'.repeat(25)}${at}`),
        },
      ],
    }),
  'rings and models of settings': (size) =>
    withRings(98 * size, none, {
      settings: {
        deniedModels: list(5_000 * size, (at) => `claude-opus-${at}`),
        modelOverrides: keys(4_000 * size, 'claude-opus-', 'claude-opus-9'),
      },
    }),
  'rings over the limit': (size) => withRings(4_000 * size, () => ({ pins: {} })),
  'rings of one name': (size) => withRings(4_000 * size, () => ({ name: 'same', pins: {} })),
  'unknown keys': (size) => draft(keys(14_000 * size, 'a', 1)),
  'selectors that are none': (size) => draft({ rings: [ring({ match: list(20_000 * size, () => ':') })] }),
  'a long selector': (size) => draft({ rings: [ring({ match: [`email:${'a'.repeat(200_000 * size)}`] })] }),
  'a long model': (size) => draft({ rings: [ring({ pins: { opus: { model: ':a/'.repeat(66_000 * size) } } })] }),
  'a long location': (size) => draft({ location: '1-'.repeat(100_000 * size) }),
  'a long project': (size) => draft({ project: 'a-:'.repeat(66_000 * size) }),
  'a long variable': (size) => draft({ settings: { env: { A: `${' '.repeat(200_000 * size)}\u0001` } } }),
  'empty lists': (size) => draft({ settings: { a: list(60_000 * size, () => []) } }),
  'long keys in long keys': (size) => draft({ settings: nested(20, 'k'.repeat(10_000 * size)) }),
};

const none = () => ({});

function withRings(amount: number, over: (at: number) => Body, rest: Body = {}): Body {
  const rings = list(amount, (at) => ring({ name: `r${at}`, match: [`machine:m${at}`], ...over(at) }));
  return draft({ rings: [...rings, ring()], ...rest });
}

function list<T>(amount: number, make: (at: number) => T): T[] {
  return Array.from({ length: Math.round(amount) }, (_, at) => make(at));
}

function keys(amount: number, prefix: string, value: unknown): Body {
  return Object.fromEntries(list(amount, (at) => [`${prefix}${at}`, value]));
}

function nested(depth: number, key: string): Body {
  return depth === 0 ? { end: 1 } : { [key]: nested(depth - 1, key) };
}
