// Availability: which model answers where, as a map of models and locations for one project. A cell opens its evidence.

import { pinnedEndpoints } from '../../../../../shared/domain/policy/pinned-endpoints.ts';
import { addressOf, goTo } from '../../address.ts';
import { useGet } from '../../client/use-call.ts';
import { Loading } from '../../parts/loading.tsx';
import { Time } from '../../parts/time.tsx';
import { blindText } from './blind-text.ts';
import { CellDetail } from './cell-detail.tsx';
import { HeatMap } from './heat-map.tsx';

export function AvailabilityScreen({ query }: { readonly query: URLSearchParams }) {
  const availability = useGet('/v1/availability');
  const policy = useGet('/v1/policy');
  const catalogue = useGet('/v1/catalogue');
  const { endpoints = [], at = null, blind = [] } = availability.value ?? {};
  const blindness = blindText(blind);
  const projects = [...new Set(endpoints.map(({ project }) => project))].sort();
  const project = query.get('project') ?? policy.value?.project ?? projects[0] ?? '';
  const shown = projects.includes(project) ? project : (projects[0] ?? '');
  const pinned = policy.value === null ? [] : pinnedEndpoints(policy.value);
  const chosen = { project: shown, model: query.get('model'), location: query.get('location') };
  return (
    <>
      <Loading of={[availability, policy, catalogue]} />
      {availability.value !== null && endpoints.length === 0 && (
        <p class="notice info">
          Nothing has been probed yet. The probe asks about the projects and locations of the policy, and of
          <code> PINWARD_PROJECTS</code>.
        </p>
      )}
      {blindness !== '' && (
        <div class="notice bad">
          <strong>The probe is blind.</strong> What it can't see keeps its last state: {blindness}.
        </div>
      )}
      {endpoints.length > 0 && (
        <>
          <div class="row">
            <ProjectChoice projects={projects} project={shown} />
            <p class="quiet">
              Last run: <Time at={at} />
            </p>
          </div>
          <HeatMap
            cells={endpoints.filter((cell) => cell.project === shown)}
            pinned={pinned}
            catalogue={catalogue.value?.models ?? []}
            chosen={chosen}
          />
          <CellDetail cells={endpoints} pinned={pinned} chosen={chosen} />
        </>
      )}
    </>
  );
}

function ProjectChoice({ projects, project }: { readonly projects: readonly string[]; readonly project: string }) {
  if (projects.length < 2) {
    return (
      <p>
        Project <code>{project}</code>
      </p>
    );
  }
  return (
    <label class="inline">
      Project
      <select
        value={project}
        onChange={(event) => goTo(addressOf('/availability', { project: event.currentTarget.value }))}
      >
        {projects.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}
