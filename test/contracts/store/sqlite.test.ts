// The embedded store holds the contract.

import { openTestSqlite } from '../../support/open-sqlite.ts';
import { describeStore } from './contract.ts';

describeStore('sqlite', openTestSqlite, { revisions: 10_000, runs: 60 });
