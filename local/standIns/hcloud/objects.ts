/** What the stand-in reads of the API's answers; everything else in them is left alone. */

export type Labels = Readonly<Record<string, string>>;

export interface ApiLocation {
  readonly name: string;
}

export interface ApiNetwork {
  readonly id: number;
  readonly name: string;
  readonly ip_range: string;
  readonly labels: Labels;
  readonly protection: { readonly delete: boolean };
  readonly expose_routes_to_vswitch?: boolean;
  readonly subnets: readonly {
    readonly type: string;
    readonly ip_range: string;
    readonly network_zone: string;
    readonly gateway: string;
    readonly vswitch_id?: number | null;
  }[];
}

export interface ApiPrivateNet {
  readonly network: number;
  readonly ip: string;
  readonly alias_ips: readonly string[];
  readonly mac_address: string;
}

export interface ApiServer {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly labels: Labels;
  readonly server_type: { readonly name: string };
  readonly image: { readonly id: number; readonly name: string | null } | null;
  readonly location?: ApiLocation;
  readonly datacenter?: { readonly name: string; readonly location: ApiLocation };
  readonly backup_window: string | null;
  readonly primary_disk_size: number;
  readonly placement_group?: { readonly id: number } | null;
  readonly private_net: readonly ApiPrivateNet[];
  readonly protection: { readonly delete: boolean; readonly rebuild: boolean };
  readonly rescue_enabled: boolean;
  readonly iso: { readonly name: string | null } | null;
  readonly public_net: {
    readonly ipv4: { readonly id?: number; readonly ip: string } | null;
    readonly ipv6: { readonly id?: number; readonly ip: string } | null;
    readonly firewalls?: readonly { readonly id: number; readonly status: string }[];
  };
}

export interface ApiFirewallRule {
  readonly direction: string;
  readonly protocol: string;
  readonly port?: string | null;
  readonly source_ips?: readonly string[];
  readonly destination_ips?: readonly string[];
  readonly description?: string | null;
}

export interface ApiFirewallTarget {
  readonly type: string;
  readonly server?: { readonly id: number };
  readonly label_selector?: { readonly selector: string };
}

export interface ApiFirewall {
  readonly id: number;
  readonly name: string;
  readonly labels: Labels;
  readonly rules: readonly ApiFirewallRule[];
  readonly applied_to: readonly ApiFirewallTarget[];
}

export interface ApiFloatingIp {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly description: string | null;
  readonly ip: string;
  readonly server: number | null;
  readonly home_location: ApiLocation;
  readonly labels: Labels;
  readonly protection: { readonly delete: boolean };
}

export interface ApiVolume {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly server: number | null;
  readonly location: ApiLocation;
  readonly labels: Labels;
  readonly linux_device: string;
  readonly protection: { readonly delete: boolean };
}

export interface ApiImage {
  readonly id: number;
  readonly deprecated: string | null;
}
