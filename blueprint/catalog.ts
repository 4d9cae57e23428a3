/**
 * What Hetzner Cloud offers, as far as settings have to know it before anybody asks the API. The API has the last word:
 * a type that is sold out or retired since is refused there.
 *
 * Recorded 2026-11 from Hetzner's published server types and locations.
 */
export const catalogDate = "2026-11";

/** Where machines can be. */
export interface Location {
  readonly city: string;
  /** Subnets of one private network lie in one zone. */
  readonly networkZone: "eu-central" | "us-east" | "us-west" | "ap-southeast";
}

/** By Hetzner's names. */
export const locations = {
  fsn1: { city: "Falkenstein", networkZone: "eu-central" },
  nbg1: { city: "Nuremberg", networkZone: "eu-central" },
  hel1: { city: "Helsinki", networkZone: "eu-central" },
  ash: { city: "Ashburn, Virginia", networkZone: "us-east" },
  hil: { city: "Hillsboro, Oregon", networkZone: "us-west" },
  sin: { city: "Singapore", networkZone: "ap-southeast" },
} as const satisfies Record<string, Location>;

/** e.g. `nbg1` */
export type LocationName = keyof typeof locations;
export const locationNames = Object.keys(locations) as LocationName[];

/** What a server type offers; what it costs is failures/prices' matter. */
export interface ServerType {
  readonly cores: number;
  /** GiB */
  readonly memory: number;
  /** GB, as Hetzner counts disks */
  readonly disk: number;
  readonly zones: readonly Location["networkZone"][];
}

const europe = ["eu-central"] as const;
const overseas = ["us-east", "us-west", "ap-southeast"] as const;
const everywhere = [...europe, ...overseas] as const;

/** By Hetzner's names; old and sold-out ones are left out. */
export const serverTypes = {
  // Shared Intel or AMD cores: the cheapest, Europe only.
  cx23: { cores: 2, memory: 4, disk: 40, zones: europe },
  cx33: { cores: 4, memory: 8, disk: 80, zones: europe },
  cx43: { cores: 8, memory: 16, disk: 160, zones: europe },
  cx53: { cores: 16, memory: 32, disk: 320, zones: europe },
  // Shared Ampere (ARM) cores.
  cax11: { cores: 2, memory: 4, disk: 40, zones: europe },
  cax21: { cores: 4, memory: 8, disk: 80, zones: europe },
  cax31: { cores: 8, memory: 16, disk: 160, zones: europe },
  cax41: { cores: 16, memory: 32, disk: 320, zones: europe },
  // Shared AMD cores, the older generation: what is left outside Europe.
  cpx11: { cores: 2, memory: 2, disk: 40, zones: overseas },
  cpx21: { cores: 3, memory: 4, disk: 80, zones: overseas },
  cpx31: { cores: 4, memory: 8, disk: 160, zones: overseas },
  cpx41: { cores: 8, memory: 16, disk: 240, zones: overseas },
  cpx51: { cores: 16, memory: 32, disk: 360, zones: overseas },
  // Shared AMD cores, the newer generation.
  cpx22: { cores: 2, memory: 4, disk: 80, zones: ["eu-central", "ap-southeast"] },
  cpx32: { cores: 4, memory: 8, disk: 160, zones: ["eu-central", "ap-southeast"] },
  cpx42: { cores: 8, memory: 16, disk: 320, zones: ["eu-central", "ap-southeast"] },
  cpx52: { cores: 12, memory: 24, disk: 480, zones: ["eu-central", "ap-southeast"] },
  cpx62: { cores: 16, memory: 32, disk: 640, zones: ["eu-central", "ap-southeast"] },
  // Cores of one's own.
  ccx13: { cores: 2, memory: 8, disk: 80, zones: everywhere },
  ccx23: { cores: 4, memory: 16, disk: 160, zones: everywhere },
  ccx33: { cores: 8, memory: 32, disk: 240, zones: everywhere },
  ccx43: { cores: 16, memory: 64, disk: 360, zones: everywhere },
  ccx53: { cores: 32, memory: 128, disk: 600, zones: everywhere },
  ccx63: { cores: 48, memory: 192, disk: 960, zones: everywhere },
} as const satisfies Record<string, ServerType>;

/** e.g. `cx23` */
export type ServerTypeName = keyof typeof serverTypes;
export const serverTypeNames = Object.keys(serverTypes) as ServerTypeName[];

export interface StorageBoxType {
  /** TiB */
  readonly size: number;
}

/** Storage for backups that is no server: SFTP on port 23, by itself, in its own locations. */
const storageBoxTypes = {
  bx11: { size: 1 },
  bx21: { size: 5 },
  bx31: { size: 10 },
  bx41: { size: 20 },
} as const satisfies Record<string, StorageBoxType>;

/** e.g. `bx11` */
export type StorageBoxTypeName = keyof typeof storageBoxTypes;
export const storageBoxTypeNames = Object.keys(storageBoxTypes) as StorageBoxTypeName[];

/** Not every location has Storage Boxes. */
export const storageBoxLocationNames = ["fsn1", "hel1"] as const satisfies readonly LocationName[];
/** e.g. `hel1` */
export type StorageBoxLocationName = (typeof storageBoxLocationNames)[number];
