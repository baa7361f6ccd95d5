// Brotli: compresses what a browser or another client asks for in that form. An availability of 27 kB becomes one of 2.

import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const compress = promisify(brotliCompress);

/** Shorter bodies fit into one packet as they are. */
const minLength = 1_024;

/** Whether a client takes it, by its `Accept-Encoding` (RFC 9110, section 12.5.3). */
export function takesBrotli(acceptEncoding: string | undefined): boolean {
  const weight = /(?:^|,)\s*br\s*(?:;\s*q=([\d.]+)\s*)?(?:,|$)/i.exec(acceptEncoding ?? '');
  return weight !== null && Number(weight[1] ?? 1) > 0;
}

/** Null when it isn't worth the time. The quality is one that takes a millisecond for 40 kB. */
export async function withBrotli(text: string): Promise<Uint8Array<ArrayBuffer> | null> {
  if (text.length < minLength) return null;
  return new Uint8Array(await compress(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }));
}
