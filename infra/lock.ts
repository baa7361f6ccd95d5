// A lock file for a part of the packages that ours locks, so that a bundle is installed with what was tested.

/** The parts of npm's lock file (version 3) that matter here. */
export interface Lock {
  readonly lockfileVersion: number;
  /** By folder, such as `node_modules/a/node_modules/b`. */
  readonly packages: Readonly<Record<string, Locked>>;
}

interface Locked {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

/** What the manifest's dependencies need, from `whole`, in the form that `npm ci` reads. */
export function lockOf({ name, version, dependencies }: Manifest, whole: Lock): object {
  const needed = new Set<string>();
  const waiting = foldersOf(dependencies, '', whole);
  for (const folder of waiting) {
    if (needed.has(folder)) continue;
    needed.add(folder);
    const { dependencies = {}, optionalDependencies = {} } = whole.packages[folder] ?? {};
    waiting.push(...foldersOf({ ...dependencies, ...optionalDependencies }, folder, whole));
  }
  const packages = Object.entries(whole.packages).filter(([folder]) => needed.has(folder));
  return {
    name,
    version,
    lockfileVersion: whole.lockfileVersion,
    requires: true,
    packages: { '': { name, version, dependencies }, ...Object.fromEntries(packages) },
  };
}

/** Where Node finds the packages with these names when it looks from a folder; without those that are not installed. */
function foldersOf(names: object, from: string, { packages }: Lock): string[] {
  return Object.keys(names).flatMap((name) => {
    for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
      const folder = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
      if (folder in packages) return [folder];
      if (at === '') return [];
    }
  });
}
