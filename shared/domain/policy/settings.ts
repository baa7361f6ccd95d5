// Settings: the managed settings that a policy gives to Claude Code beside the pins. The schema checks keys where a
// wrong value does harm, and refuses keys that Pinward writes itself. All other keys pass unchanged.

import { z } from 'zod';
import { Version } from '../models/catalogue-model.ts';
import { families } from '../models/model.ts';

/** Variables that Pinward writes on every machine. In a policy's settings they could contradict its pins. */
const ownVariables = new Set([
  'CLAUDE_CODE_USE_VERTEX',
  'CLOUD_ML_REGION',
  'ANTHROPIC_VERTEX_PROJECT_ID',
  'ANTHROPIC_SMALL_FAST_MODEL',
  ...families.map((family) => `ANTHROPIC_DEFAULT_${family.toUpperCase()}_MODEL`),
]);
const ownPrefixes = ['VERTEX_REGION_CLAUDE_', 'CLAUDE_CODE_3P_'];

/** Variables of the shell itself: assigning one may stop the `eval` of all later ones, or change the shell. */
const shellVariables = new Set(
  `path status options commands aliases functions history version hostname argv words match prompt signals
   OPTIND OPTARG UID EUID GID EGID PPID SHLVL RANDOM SECONDS LINENO COLUMNS LINES IFS PWD OLDPWD`.split(/\s+/),
);

const VariableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'not a name that an environment variable can have');

/** Printable text: a control character could end a line in a format, and a lone surrogate has no form in UTF-8. */
const VariableValue = z
  .string()
  .max(8192)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), {
    message: 'the value of a variable must be one line of printable text',
    params: { code: 'variable_value', fix: 'Remove line breaks and control characters.' },
  });

const Variables = z.record(VariableName, VariableValue).superRefine((variables, context) => {
  for (const name of Object.keys(variables)) {
    if (shellVariables.has(name)) {
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `${name} is a variable of the shell itself, which may refuse a new value`,
        params: { code: 'variable_of_shell', fix: 'Remove it.' },
      });
    }
    const upper = name.toUpperCase(); // Windows ignores case in names of variables
    if (!ownVariables.has(upper) && !ownPrefixes.some((prefix) => upper.startsWith(prefix))) continue;
    context.addIssue({
      code: 'custom',
      path: [name],
      message: `${name} is written by Pinward from the pins, the project and the location`,
      params: { code: 'setting_protected', fix: 'Remove it here and set a pin, "project" or "location" instead.' },
    });
  }
});

/**
 * A settings object of Claude Code. Claude Code ignores an invalid requiredMinimumVersion. Claude Code reads an invalid
 * availableModels as an empty list, which allows no model. Keys: https://code.claude.com/docs/en/settings-reference
 */
export const Settings = z
  .looseObject({
    env: Variables.optional(),
    model: z.string().min(1).max(128).optional(),
    availableModels: z.array(z.string().min(1).max(128)).min(1).max(200).optional(),
    enforceAvailableModels: z.boolean().optional(),
    requiredMinimumVersion: Version.optional(),
    requiredMaximumVersion: Version.optional(),
    companyAnnouncements: z.array(z.string().min(1).max(2000)).max(50).optional(),
    gcpAuthRefresh: z.string().min(1).max(2000).optional(),
  })
  .refine((settings) => !('policyHelper' in settings), {
    path: ['policyHelper'],
    message: 'policyHelper is the program that fetches this policy; the policy can not replace it',
    params: {
      code: 'setting_protected',
      fix: 'Remove it; `pinward install --delivery helper` writes it on the machine.',
    },
  });
export type Settings = z.infer<typeof Settings>;
