// All that the Terraform in infra/ and the code disagree on, as sentences; none when they say the same.

import { readFileSync } from 'node:fs';
import { apisAreOn } from './apis-are-on.ts';
import type { Code } from './code.ts';
import { functionsAgree } from './functions-agree.ts';
import { referencesLead } from './references-lead.ts';
import { rolesAgree } from './roles-agree.ts';
import { surroundingsAgree } from './surroundings-agree.ts';
import type { Terraform } from './terraform.ts';
import { watchAgrees } from './watch-agrees.ts';

const manual = readFileSync('infra/README.md', 'utf8');

export function findings(terraform: Terraform, code: Code): readonly string[] {
  return [
    ...functionsAgree(terraform, code),
    ...surroundingsAgree(terraform, code),
    ...rolesAgree(terraform),
    ...watchAgrees(terraform, code, manual),
    ...referencesLead(terraform),
    ...apisAreOn(terraform),
  ];
}
