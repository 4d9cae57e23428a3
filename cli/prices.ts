import { priceListOf } from "../failures/prices/priceList";
import prices from "../local/api/fixtures/prices.json";
import serverTypes from "../local/api/fixtures/serverTypes.json";
import storageBoxTypes from "../local/api/fixtures/storageBoxTypes.json";

/** The dated price list that commands compute with: the one that the local cloud's API answers with. */
export const listPrices = priceListOf({ prices, serverTypes, storageBoxTypes });
