// The sections of CHANGELOG.md, which begin with `## Unreleased` or `## VERSION - DATE`.

/** The text of a version's section without its heading; null when there is none. */
export function sectionOf(changelog: string, version: string): string | null {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((each) => headingOf(each).split(' - ')[0] === version);
  return section === undefined ? null : section.slice(section.indexOf('\n') + 1).trim();
}

function headingOf(section: string): string {
  return section.slice(0, section.indexOf('\n')).trim();
}
