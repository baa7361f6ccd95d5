// A policy as a team keeps it in git, with comments, and the same with a newer opus.

export const policyYaml = `# Which Claude we use
project: acme-claude
location: global
rings:
  - name: everyone # all of us
    match: ["*"]
    pins:
      opus: {model: claude-opus-4-8}
      sonnet: {model: claude-sonnet-4-6}
      haiku: {model: "claude-haiku-4-5@20251001"}
`;
export const newerYaml = policyYaml.replace('claude-opus-4-8', 'claude-opus-5-5');
