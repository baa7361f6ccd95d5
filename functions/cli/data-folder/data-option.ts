// `--data`: the folder in which `npm start` keeps its data, and in which `npm run probe` stores results.

import { statSync } from 'node:fs';
import { printable } from '../../printable.ts';
import { refuseCommandLine } from '../command-line.ts';

/** The folder's path. It need not exist. Ends the program if it can't be a folder. */
export function readDataFolder(help: string, folder: string): string {
  if (folder.trim() === '') return refuseCommandLine(help, '--data is empty: name a folder, or leave it out');
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined || found.isDirectory()) return folder;
  return refuseCommandLine(help, `--data is a folder, and ${printable(folder)} is a file`);
}
