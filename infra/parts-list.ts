// The parts list of a bundle: every npm package in it, with version, licence and hash, in CycloneDX 1.6 JSON. A scanner says by it
// whether a deployed function has a package that is known to be vulnerable.
// Source: https://cyclonedx.org/docs/1.6/json/

import { createHash } from 'node:crypto';
import type { Lock, Locked } from './lock.ts';

interface PartsListInput {
  readonly name: string;
  readonly version: string;
  /** The bundle, as it is uploaded. */
  readonly zip: Uint8Array;
  /** The files that were bundled, relative to the project. */
  readonly inputs: readonly string[];
  /** The lock of the whole project. */
  readonly lock: Lock;
  /** The folders of the packages that are installed beside the bundled file, as the lock names them. */
  readonly installed: readonly string[];
}

export function partsListOf({ name, version, zip, inputs, lock, installed }: PartsListInput): object {
  const bundled = inputs.map(packageFolderOf).filter((folder) => folder !== null);
  const components = [...new Set([...bundled, ...installed])].map((folder) => componentOf(folder, lock));
  const unique = new Map(components.map((component) => [component.purl, component]));
  const ref = `${name}@${version}`;
  const hash = { alg: 'SHA-256', content: createHash('sha256').update(zip).digest('hex') };
  // Without the time and a serial number, which are optional: the same source gives the same bytes.
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': ref, name, version, hashes: [hash] } },
    components: [...unique.values()].toSorted((a, b) => (a.purl < b.purl ? -1 : 1)),
  };
}

/** The folder of the package that a file is in; null for a file of the project. */
function packageFolderOf(file: string): string | null {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? null;
}

function componentOf(folder: string, { packages }: Lock) {
  const locked = packages[folder];
  const fullName = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
  if (locked?.version === undefined) throw new Error(`${folder} is in a bundle, but not in package-lock.json`);
  const slash = fullName.indexOf('/');
  const purl = `pkg:npm/${fullName.replace('@', '%40')}@${locked.version}`;
  return {
    type: 'library',
    'bom-ref': purl,
    ...(slash === -1 ? {} : { group: fullName.slice(0, slash) }),
    name: fullName.slice(slash + 1),
    version: locked.version,
    purl,
    hashes: hashesOf(locked),
    licenses: licensesOf(locked),
  };
}

/** Of the package as npm downloads it. */
function hashesOf({ integrity = '' }: Locked) {
  const [, base64] = /^sha512-(.+)$/.exec(integrity) ?? [];
  return base64 === undefined ? [] : [{ alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') }];
}

/** An id of SPDX, or an expression of such ids. */
function licensesOf({ license }: Locked) {
  if (license === undefined) return [];
  return / (?:OR|AND|WITH) /.test(license) ? [{ expression: license }] : [{ license: { id: license } }];
}
