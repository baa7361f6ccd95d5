// The files of the console: a page, and what it loads. A deployment carries them in one file beside its code, which is read with
// the first request for one of them.

/** One file, ready to send. */
export interface ConsoleFile {
  readonly type: string;
  /** In base64. */
  readonly body: string;
  /** The same, compressed with Brotli. */
  readonly brotli: string;
}

/** By path. That of the page is `pageKey`; every other path has the hash of its file in its name. */
export type ConsoleFiles = Readonly<Record<string, ConsoleFile>>;

export type LoadConsole = () => Promise<ConsoleFiles | null>;

/** All screens are one page, and the browser chooses among them by the path. */
export const pagePaths = ['/', '/availability', '/rings', '/changes', '/history', '/machine', '/access'] as const;
export const pageKey = '/';
/** Where the other files are. */
export const assetPrefix = '/console/';
/** The name of the file in `api.zip`. */
export const bundledName = 'console.json';

export function isConsolePath(path: string): boolean {
  return path.startsWith(assetPrefix) || (pagePaths as readonly string[]).includes(path);
}
