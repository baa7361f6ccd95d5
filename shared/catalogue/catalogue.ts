// The catalogue that Pinward ships: the models it knows without being told. The poll path loads this file, so nothing
// here reads a schema; the test reads every entry once for all.

import type { Catalogue } from '../domain/models/catalogue.ts';
import data from './models.json' with { type: 'json' };

/** The entries of models.json in its order: family by family, each from newest to oldest. */
export const shippedCatalogue = data.models as Catalogue; // wider as JSON: checked by test/unit/shared/catalogue/models.test.ts

/** The day (YYYY-MM-DD) by which the catalogue's facts were read. */
export const catalogueAsOf: string = data.asOf;
