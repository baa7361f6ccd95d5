// Draft.
import type { Catalogue } from '../domain/catalogue.ts';
import data from './models.json' with { type: 'json' };

export const catalogueAsOf: string = data.asOf;
export const shippedCatalogue = data.models as Catalogue; // checked by test/catalogue/models.test.ts
