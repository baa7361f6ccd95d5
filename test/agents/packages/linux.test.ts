// A Linux machine from installing a package to an applied pin, through an update, and away again.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isMissing } from '../../support/needs.ts';
import { read } from '../packaging/files.ts';
import { fragment, isRoot, token } from '../posix/machine.ts';
import { answering, first, startServer } from '../posix/server.ts';
import { runInCopiedRoot } from './copied-root.ts';
import { type MadePackages, makePackages } from './made.ts';

const managers = {
  deb: {
    needs: 'dpkg-deb',
    install: 'dpkg --no-triggers -i /mnt/*.deb',
    remove: 'dpkg -r pinward',
    purge: 'dpkg -P pinward',
    left: [],
  },
  rpm: {
    needs: 'rpmbuild',
    install: 'rpm --dbpath /var/lib/rpm -U --replacepkgs --nodeps /mnt/*.rpm', // curl is here, but rpm does not know
    remove: 'rpm --dbpath /var/lib/rpm -e pinward',
    purge: 'true', // rpm leaves what an administrator wrote
    left: ['/etc/pinward', '/etc/pinward/agent.conf.rpmsave', '/etc/pinward/token'],
  },
} as const;

describe('packages for Linux', () => {
  let made: MadePackages;
  before(() => {
    made = makePackages();
  });
  after(() => made[Symbol.dispose]());

  for (const [kind, { needs, install, remove, purge, left }] of Object.entries(managers))
    test(`the .${kind} brings a machine to an applied pin, keeps it through an update, and takes it away`, {
      skip: isMissing(needs) || (isRoot ? false : 'only root can mount'),
    }, async () => {
      await using server = await startServer(answering(first));
      const script = `
        ${install} >&2
        pinward --version && ! systemctl is-enabled pinward.timer && [ ! -e /${fragment} ]
        printf 'server = %s\\ntoken_file = /etc/pinward/token\\n' '${server.url}' >>/etc/pinward/agent.conf
        (umask 077 && printf %s '${token}' >/etc/pinward/token)
        systemctl enable pinward.timer 2>/dev/null && systemctl is-enabled pinward.timer
        $(sed -n 's/^ExecStart=//p' /usr/lib/systemd/system/pinward.service)
        ${install} >&2
        cat /${fragment}
        pinward status
        ${remove} >&2
        [ ! -e /${fragment} ] && [ -f /etc/pinward/token ] && echo removed
        ${purge} >&2`;
      const run = await runInCopiedRoot({ script, given: made.folder });

      assert.equal(run.code, 0, run.err);
      assert.deepEqual(run.left, left);
      assert.deepEqual(run.out.split('\n').slice(0, 4), [
        `pinward ${agentVersion()}`,
        'disabled',
        'enabled',
        first.body.trim(),
      ]);
      assert.match(run.out, /^applied +revision 41, as fetched/m);
      assert.equal(server.asked[0]?.headers.authorization, `Bearer ${token}`);
    });

  test('what runs before removal takes the pins from where the configuration puts them, and nothing else', {
    skip: isRoot ? false : 'only root can mount',
  }, async () => {
    const script = `
      mkdir -p /etc/pinward /srv/settings /srv/state
      printf ' settings_dir = /srv/settings\\nstate_dir=/srv/state\\n' >/etc/pinward/agent.conf
      touch /srv/settings/50-pinward.json /srv/settings/10-other.json /srv/state/pins.sh /srv/state/.pins.sh.x /srv/state/.reserve
      sh /mnt/infra/agents/packages/before-removal`;
    const run = await runInCopiedRoot({ script, given: made.packed.root });

    assert.deepEqual([run.code, run.err], [0, '']);
    assert.deepEqual(
      run.left.filter((path) => path.startsWith('/srv/')),
      ['/srv/settings', '/srv/settings/10-other.json', '/srv/state'],
    );
  });
});

function agentVersion(): string {
  return /^version=(.*)$/m.exec(read('infra/agents/posix/pinward.sh'))?.[1] ?? '';
}
