import type { RecordSet } from "../../../driver";
import type { Labels } from "../labels";

/** Where a secondary zone comes from; as the API calls it, because nothing else is done with it. */
export interface PrimaryNameserver {
  readonly address: string;
  readonly port: number;
  readonly tsig_algorithm?: string;
  readonly tsig_key?: string;
}

/** A DNS zone. */
export interface ZoneRow {
  readonly id: number;
  readonly name: string;
  readonly labels: Labels;
  readonly created: number;
  readonly mode: "primary" | "secondary";
  /** Seconds; of sets that have none of their own. */
  readonly ttl: number;
  readonly primaryNameservers: readonly PrimaryNameserver[];
  readonly protection: { readonly delete: boolean };
  /** What name servers answer: changes are there when their action ends. */
  readonly published: readonly RecordSet[];
}

/** One value of a set. */
export interface RecordRow {
  readonly value: string;
  readonly comment?: string;
}

/** All records of one name and type. */
export interface RrsetRow {
  readonly id: number;
  readonly zone: number;
  /** Within the zone; `@` is the zone itself. */
  readonly name: string;
  readonly type: string;
  readonly ttl: number | null;
  readonly labels: Labels;
  readonly created: number;
  readonly records: readonly RecordRow[];
  readonly protection: { readonly change: boolean };
}
