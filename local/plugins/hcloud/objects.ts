/** What the stand-in reads of the API's answers; everything else in them is left alone. */

export type Labels = Readonly<Record<string, string>>;

export interface ApiLocation {
  readonly name: string;
}

export interface ApiDnsPtr {
  readonly ip: string;
  readonly dns_ptr: string;
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
  readonly routes: readonly { readonly destination: string; readonly gateway: string }[];
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
    readonly ipv4: { readonly id?: number; readonly ip: string; readonly dns_ptr: string } | null;
    readonly ipv6: { readonly id?: number; readonly ip: string; readonly dns_ptr: readonly ApiDnsPtr[] } | null;
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
  readonly dns_ptr: readonly ApiDnsPtr[];
}

export interface ApiPrimaryIp {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly ip: string;
  readonly assignee_id: number | null;
  readonly assignee_type: string;
  readonly auto_delete: boolean;
  readonly labels: Labels;
  readonly protection: { readonly delete: boolean };
  readonly location?: ApiLocation;
  readonly datacenter?: { readonly name: string; readonly location: ApiLocation };
  readonly dns_ptr: readonly ApiDnsPtr[];
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
  readonly type: string;
  readonly name: string | null;
  readonly description: string;
  readonly created: string;
  readonly created_from: { readonly id: number } | null;
  readonly os_flavor: string;
  readonly os_version: string | null;
  readonly architecture: string;
  readonly rapid_deploy?: boolean;
  readonly deprecated: string | null;
  readonly labels: Labels;
}
