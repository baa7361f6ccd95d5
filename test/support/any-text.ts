// Text of any code points, lone surrogates and controls among them. fast-check has a unit for that, too, which takes two
// seconds to set up in each test file.

import fc from 'fast-check';

const character = fc
  .oneof(fc.integer({ min: 0, max: 0x7f }), fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0, max: 0x10ffff }))
  .map((point) => String.fromCodePoint(point));

export const anyText: fc.Arbitrary<string> = textOf(12);

export function textOf(maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: character, maxLength });
}
