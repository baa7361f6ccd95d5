// Makes a lock file for a subset of Pinward's packages, so that a bundle is installed with the tested versions.

/** The used parts of npm's lock file (version 3). */
export interface Lock {
  readonly lockfileVersion: number;
  /** By folder, such as `node_modules/a/node_modules/b`. */
  readonly packages: Readonly<Record<string, Locked>>;
}

export interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** The lock of the manifest's dependencies and of what they need, from `fullLock`, in the form that `npm ci` reads. */
export function lockOf({ name, version, dependencies }: Manifest, fullLock: Lock): object {
  const needed = new Set<string>();
  const queue = foldersOf(dependencies, '', fullLock);
  for (const folder of queue) {
    if (needed.has(folder)) continue;
    needed.add(folder);
    const { dependencies = {}, optionalDependencies = {} } = fullLock.packages[folder] ?? {};
    queue.push(...foldersOf({ ...dependencies, ...optionalDependencies }, folder, fullLock));
  }
  const packages = Object.entries(fullLock.packages).filter(([folder]) => needed.has(folder));
  return {
    name,
    version,
    lockfileVersion: fullLock.lockfileVersion,
    requires: true,
    packages: { '': { name, version, dependencies }, ...Object.fromEntries(packages) },
  };
}

/** The folders where Node finds these packages from the folder `from`. Packages that aren't installed are left out. */
function foldersOf(names: object, from: string, { packages }: Lock): string[] {
  return Object.keys(names).flatMap((name) => {
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
      const folder = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
      if (folder in packages) return [folder];
      if (at === '') return [];
    }
  });
}
