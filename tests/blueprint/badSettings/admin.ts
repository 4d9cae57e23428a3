import { admin, type BadSettings, someKey } from "./badSettings";

const keys = (...sshKeys: unknown[]) => ({ admin: admin({ sshKeys }) });
const from = (...allowFrom: unknown[]) => ({ admin: admin({ allowFrom }) });

/** Made for this test; its other half was never kept. */
const shortRsaKey =
  "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDA74CIRqltG2b7Te4xTJX5q59dWlsh9ownYJHoVlsGoCM0lxlZRqA+RP+u4xaQXShqOQq8ww60gyEMRQ4qhyxqg/YX48pG9E4E/dZy5IG06o4VT0oORtOVI7TQyJqJ3zN82lNTlO7X0yJxrcTNIqrH2Jp7Xdhf7L3aitch0ZsyLjmPkLz9rry9AKX60GaYSptZLonKofYcmetIWsrODGkXYdngqIA0ThXN6fl19Cy1hRm+2KaJBHOOBBIpW7qSX60qjmikxUU5xWDf5vpwK+0SdIz4u4sKsUpZ2O/uQjoRXsNnA2RSnLDVfTiQVZx0Ul6n92a+y0f4r+NCJ74J37Fh old@example.org";

/** holdfast:admin */
export const badAdmins: readonly BadSettings[] = [
  {
    mistake: "nobody",
    written: { admin: undefined },
    says: [
      "holdfast:admin.sshKeys: is missing | ~/.ssh/id_ed25519.pub",
      "holdfast:admin.allowFrom: is missing | 198.51.100.7/32",
    ],
  },
  { mistake: "no keys", written: keys(), says: ["holdfast:admin.sshKeys: [] has fewer than 1 entry"] },
  {
    mistake: "one key that is no list",
    written: { admin: admin({ sshKeys: someKey }) },
    says: ["holdfast:admin.sshKeys: ssh-ed25519"],
  },
  {
    mistake: "a key that was cut",
    written: keys("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ana"),
    says: ["holdfast:admin.sshKeys[0]: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ana is cut or damaged"],
  },
  {
    mistake: "a key of a kind that is gone",
    written: keys("ssh-dss AAAAB3NzaC1kc3MAAACBAO ana@example.org"),
    says: ["is a DSA key, which OpenSSH no longer accepts"],
  },
  {
    mistake: "a key file that is not there",
    written: keys("~/.ssh/nobody.pub"),
    says: ["holdfast:admin.sshKeys[0]: ~/.ssh/nobody.pub is neither a public key nor a file that can be read"],
  },
  {
    mistake: "a file that is no key",
    written: keys("./package.json"),
    says: ["holdfast:admin.sshKeys[0]: ./package.json is not a public key in OpenSSH's form"],
  },
  {
    mistake: "the same key twice",
    written: keys(someKey, someKey),
    says: ["holdfast:admin.sshKeys[1]: somebody@example.org is listed twice | remove one of the two"],
  },
  {
    mistake: "the same key twice under two names",
    written: keys(someKey, someKey.replace("somebody", "ana")),
    says: ["holdfast:admin.sshKeys[1]: ana@example.org is listed twice"],
  },
  {
    mistake: "a private key",
    written: keys("-----BEGIN OPENSSH PRIVATE KEY----- abc"),
    says: ["holdfast:admin.sshKeys[0]: is a private key | copy the whole line of a .pub file"],
  },
  {
    mistake: "the example's key when machines are made",
    written: { ...keys("./examples/admin.pub"), loadBalancer: { machines: 0 } },
    update: true,
    says: ["holdfast:admin.sshKeys[0]: is the example's key"],
  },
  {
    mistake: "a group without a key",
    written: keys({ name: "ana" }),
    says: ["holdfast:admin.sshKeys[0].key: is missing | add it, e.g. `ssh-ed25519 AAAA…"],
  },
  {
    mistake: "a key without its owner's name",
    written: keys({ key: someKey, expires: "2027-01-31" }),
    says: ["holdfast:admin.sshKeys[0].name: is missing | name: ana"],
  },
  {
    mistake: "a name that would leave its line",
    written: keys({ name: 'ana" ssh-ed25519', key: someKey }),
    says: ['holdfast:admin.sshKeys[0].name: ana" ssh-ed25519 is not up to 63 letters'],
  },
  {
    mistake: "a misspelt limit of a key",
    written: keys({ name: "ana", key: someKey, expiry: "2027-01-31" }),
    says: ["holdfast:admin.sshKeys[0].expiry: is not a setting | known here: name, key, from, expires"],
  },
  {
    mistake: "a damaged key in a group",
    written: keys({ name: "ana", key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ana" }),
    says: ["holdfast:admin.sshKeys[0].key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 ana is cut or damaged"],
  },
  {
    mistake: "a key from a place that is no address",
    written: keys({ name: "ana", key: someKey, from: ["office.example.org"] }),
    says: ["holdfast:admin.sshKeys[0].from[0]: office.example.org is not an address, or a range"],
  },
  {
    mistake: "a key from an address and its whole network",
    written: keys({ name: "ana", key: someKey, from: ["198.51.100.7/24"] }),
    says: ["holdfast:admin.sshKeys[0].from[0]: 198.51.100.7/24 is an address, but its /24 | write 198.51.100.7/32"],
  },
  {
    mistake: "a day that no calendar has",
    written: keys({ name: "ana", key: someKey, expires: "2027-02-30" }),
    says: ["holdfast:admin.sshKeys[0].expires: 2027-02-30 is not a day"],
  },
  {
    mistake: "keys that all expired",
    written: keys({ name: "ana", key: someKey, expires: "2020-01-31" }),
    says: ["holdfast:admin.sshKeys: has only keys that expired"],
  },
  {
    mistake: "an RSA key that machines refuse",
    written: keys(shortRsaKey),
    says: [
      "holdfast:admin.sshKeys[0]: old@example.org is an RSA key of 2048 bits | from 3072 bits on | ssh-keygen -t ed25519",
    ],
  },
  {
    mistake: "a revoked key that somebody put back",
    written: { admin: admin({ revokedKeys: [{ name: "bob", key: someKey }] }) },
    says: ["holdfast:admin.sshKeys[0]: somebody@example.org is a revoked key | take it out of sshKeys"],
  },
  {
    mistake: "a revoked key that is no key",
    written: { admin: admin({ revokedKeys: ["~/.ssh/nobody.pub"] }) },
    says: ["holdfast:admin.revokedKeys[0]: ~/.ssh/nobody.pub is neither a public key nor a file"],
  },
  { mistake: "from nowhere", written: from(), says: ["holdfast:admin.allowFrom: [] has fewer than 1 entry"] },
  {
    mistake: "from everywhere in words",
    written: from("everywhere"),
    says: ["holdfast:admin.allowFrom[0]: everywhere is not an address and a prefix length"],
  },
  {
    mistake: "an address without a length",
    written: from("198.51.100.7"),
    says: ["holdfast:admin.allowFrom[0]: 198.51.100.7 is not an address and a prefix length"],
  },
  {
    mistake: "a length that no address has",
    written: from("198.51.100.0/40"),
    says: ["holdfast:admin.allowFrom[0]: 198.51.100.0/40 is not an address and a prefix length"],
  },
  {
    mistake: "a byte too large",
    written: from("198.51.256.0/24"),
    says: ["holdfast:admin.allowFrom[0]: 198.51.256.0/24 is not an address and a prefix length"],
  },
  {
    mistake: "one address and its whole network",
    written: from("198.51.100.7/24"),
    says: [
      "holdfast:admin.allowFrom[0]: 198.51.100.7/24 is an address, but its /24 stands for a whole range | write 198.51.100.7/32",
    ],
  },
  {
    mistake: "an IPv6 address and its whole network",
    written: from("2001:db8::7/64"),
    says: [
      "holdfast:admin.allowFrom[0]: 2001:db8::7/64 is an address, but its /64 stands for a whole range | write 2001:db8::7/128",
    ],
  },
  {
    mistake: "the address in the office's own network",
    written: from("192.168.178.20/32"),
    says: [
      "holdfast:admin.allowFrom[0]: 192.168.178.20/32 is in a private network (192.168.0.0/16) | write your public address",
    ],
  },
  {
    mistake: "a range that overlaps the stack's own network",
    written: from("198.51.100.0/24", "10.0.0.0/16"),
    says: ["holdfast:admin.allowFrom[1]: 10.0.0.0/16 is in a private network (10.0.0.0/8)"],
  },
  {
    mistake: "this computer itself",
    written: from("127.0.0.1/32"),
    says: ["holdfast:admin.allowFrom[0]: 127.0.0.1/32 is in a private network (127.0.0.0/8)"],
  },
  {
    mistake: "an IPv6 address of the own link",
    written: from("fe80::1/128"),
    says: ["holdfast:admin.allowFrom[0]: fe80::1/128 is in a private network (fe80::/10)"],
  },
  {
    mistake: "the same range twice",
    written: from("198.51.100.0/24", "198.51.100.0/24"),
    says: ["holdfast:admin.allowFrom[1]: 198.51.100.0/24 is listed twice"],
  },
  {
    mistake: "passwords",
    written: { admin: admin({ password: "hunter2" }) },
    says: ["holdfast:admin.password: is not a setting | known here: sshKeys, revokedKeys, allowFrom"],
  },
];
