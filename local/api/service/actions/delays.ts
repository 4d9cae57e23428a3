/**
 * Seconds that each command takes at factor 1. Hetzner publishes none of these figures: they are of the order that users
 * report, and long enough that a client which does not wait for its actions fails here too. A floating IP's 0.3 s is a
 * convention of this project's measurements.
 */
export const delays = {
  create_server: 3,
  start_server: 1.5,
  stop_server: 1,
  shutdown_server: 0.5,
  reboot_server: 1,
  reset_server: 1.5,
  delete_server: 1.5,
  rebuild_server: 4,
  change_server_type: 6,
  create_image: 5,
  enable_backup: 0.5,
  disable_backup: 0.5,
  attach_to_network: 1.5,
  detach_from_network: 1.5,
  change_alias_ips: 0.5,
  add_to_placement_group: 0.5,
  remove_from_placement_group: 0.5,
  change_dns_ptr: 0.3,
  change_protection: 0.2,
  add_subnet: 0.5,
  delete_subnet: 0.5,
  add_route: 0.5,
  delete_route: 0.5,
  change_ip_range: 0.5,
  set_firewall_rules: 0.5,
  apply_firewall: 0.7,
  remove_firewall: 0.7,
  create_primary_ip: 0.3,
  assign_primary_ip: 0.7,
  unassign_primary_ip: 0.7,
  assign_floating_ip: 0.3,
  unassign_floating_ip: 0.3,
  create_volume: 1.5,
  attach_volume: 1.5,
  detach_volume: 1.5,
  resize_volume: 1,
} as const;

/** What an action does, as the API calls it. */
export type Command = keyof typeof delays;
