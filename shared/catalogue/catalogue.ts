// The shipped catalogue: the models that Pinward knows before an organisation adds its own. The poll path loads this
// file, so the entries are checked by a test, and no schema is loaded here.

import type { Catalogue } from '../domain/models/catalogue.ts';
import data from './models.json' with { type: 'json' };

/** The entries of models.json in their order: by family, each from newest to oldest. */
// TypeScript infers wider types from JSON; test/unit/shared/catalogue/models.test.ts checks each entry.
export const shippedCatalogue = data.models as Catalogue;

/** The day (YYYY-MM-DD) on which the catalogue's facts were last checked. */
export const catalogueAsOf: string = data.asOf;
