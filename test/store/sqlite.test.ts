// The embedded store holds the contract.

import { describeStore } from './contract.ts';
import { openTestSqlite } from './open-sqlite.ts';

describeStore('sqlite', openTestSqlite, { revisions: 10_000, runs: 60 });
