import { heading, lines } from "../text";

/** Fetches lists and installs what unattendedUpgrades allows, once a day. */
export function automaticUpgrades(): string {
  return lines(
    heading("//"),
    'APT::Periodic::Update-Package-Lists "1";',
    'APT::Periodic::Unattended-Upgrade "1";',
    'APT::Periodic::AutocleanInterval "7";',
  );
}

/**
 * Security updates only, and no reboot by itself: a reboot is a decision about when visitors may notice.
 * HAProxy is not held back, although its update restarts it: an unpatched load balancer is the greater risk. In a pair it
 * hands the floating IP over before it is stopped (roles/loadBalancer/pair.ts).
 */
export function unattendedUpgrades(): string {
  return lines(
    heading("//"),
    "#clear Unattended-Upgrade::Origins-Pattern;",
    "Unattended-Upgrade::Origins-Pattern {",
    '  "origin=Debian,codename=${distro_codename}-security,label=Debian-Security";',
    "};",
    'Unattended-Upgrade::Automatic-Reboot "false";',
    'Unattended-Upgrade::Remove-Unused-Kernel-Packages "true";',
    'Unattended-Upgrade::Remove-Unused-Dependencies "false";',
    'Unattended-Upgrade::SyslogEnable "true";',
  );
}
