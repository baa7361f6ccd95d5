// `--project`: the Google Cloud project whose models are probed.

import { Policy } from '../../../shared/domain/policy/policy.ts';
import { printable } from '../../printable.ts';
import { refuseCommandLine } from '../command-line.ts';

/** Ends the program if the text is no id of a project. */
export function readProject(help: string, project: string): string {
  if (Policy.shape.project.safeParse(project).success) return project;
  const form = '6 to 30 lower-case letters, digits and hyphens, such as acme-claude';
  return refuseCommandLine(help, `--project is not the id of a Google Cloud project: ${printable(project)} (${form})`);
}
