// Managed settings that a policy passes through to Claude Code beside the pins. Keys that Claude Code is known to fail
// closed on are typed here; everything else goes through as it is; what Pinward itself writes can't be set by hand.

import { z } from 'zod';
import { Version } from '../models/catalogue-model.ts';
import { families } from '../models/model.ts';

/** Variables that Pinward writes on every machine, so that a policy can't say one thing and its settings another. */
const ownVariables = new Set([
  'CLAUDE_CODE_USE_VERTEX',
  'CLOUD_ML_REGION',
  'ANTHROPIC_VERTEX_PROJECT_ID',
  'ANTHROPIC_SMALL_FAST_MODEL',
  ...families.map((family) => `ANTHROPIC_DEFAULT_${family.toUpperCase()}_MODEL`),
]);
const ownPrefixes = ['VERTEX_REGION_CLAUDE_', 'CLAUDE_CODE_3P_'];

/** Names that a shell owns: assigning one ends the `eval` of all that follows, or changes the developer's shell. */
const shellVariables = new Set(
  `path status options commands aliases functions history version hostname argv words match prompt signals
   OPTIND OPTARG UID EUID GID EGID PPID SHLVL RANDOM SECONDS LINENO COLUMNS LINES IFS PWD OLDPWD`.split(/\s+/),
);

const VariableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'not a name that an environment variable can have');

/** Printable text: a control character could end a line in one of the formats, and lone surrogates have no bytes. */
const VariableValue = z
  .string()
  .max(8192)
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), {
    message: 'a variable holds printable text on one line',
    params: { code: 'variable_value', fix: 'Remove line breaks and control characters.' },
  });

const Variables = z.record(VariableName, VariableValue).superRefine((variables, context) => {
  for (const name of Object.keys(variables)) {
    if (shellVariables.has(name)) {
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `${name} belongs to the shell, which may refuse to be told it`,
        params: { code: 'variable_of_shell', fix: 'Remove it.' },
      });
    }
    const upper = name.toUpperCase(); // Windows tells no two names apart that differ in case only
    if (!ownVariables.has(upper) && !ownPrefixes.some((prefix) => upper.startsWith(prefix))) continue;
    context.addIssue({
      code: 'custom',
      path: [name],
      message: `${name} is written by Pinward from the pins, the project and the location`,
      params: { code: 'setting_protected', fix: 'Remove it here and state it as a pin, "project" or "location".' },
    });
  }
});

/**
 * A Claude Code settings object. Typed keys are those where a wrong value is ignored (requiredMinimumVersion fails open)
 * or locks everybody out (availableModels becomes empty): claude-code-fleet facts, sections 1.4 and 2.6.
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
    message: 'policyHelper is what fetches this policy; naming one in it would point Claude Code elsewhere',
    params: {
      code: 'setting_protected',
      fix: 'Remove it; `pinward install --delivery helper` writes it on the machine.',
    },
  });
export type Settings = z.infer<typeof Settings>;
