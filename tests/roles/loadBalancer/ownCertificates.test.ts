import { generateKeyPairSync } from "node:crypto";
import { isRoot } from "../../../local/paths";
import { parseSettings } from "../../../blueprint/parseSettings";
import { readSettings } from "../../../blueprint/readSettings";
import { certificatePaths } from "../../../roles/loadBalancer/certificateKeeper/certificateKeeper";
import { sourceOf, testKey } from "../../blueprint/source";
import { type Made, makeCertificate } from "../../support/certificates";
import { testWhere } from "../../support/needs";
import { configured } from "../context";
import { has } from "../debian";
import { throughHaproxy } from "./throughHaproxy";

const real = testWhere(has("haproxy") && has("python3") && has("openssl") && isRoot);
const [one, two, three] = ["one.example.com", "two.example.com", "three.example.com"];

/** Settings with a certificate for each of these hosts, and what a machine gets as its file. */
function settingsOf(certificates: Readonly<Record<string, Made>>, issuing: Made) {
  const written = Object.entries(certificates).map(([host, { certificate, key }]) => [
    host,
    { chain: certificate + issuing.certificate, key },
  ]);
  const config = {
    "holdfast:location": "nbg1",
    "holdfast:app": { release: "./examples/guestbook", machines: 1, instances: 1 },
    "holdfast:admin": { sshKeys: [testKey], allowFrom: ["198.51.100.0/24"] },
    "holdfast:loadBalancer": { limits: { connections: 500 } },
    "holdfast:https": { hosts: Object.keys(certificates), certificates: Object.fromEntries(written) as object },
  };
  const { settings, secrets } = readSettings(
    parseSettings({ ...sourceOf(JSON.stringify({ config })), isSecret: () => true }),
  );
  const files = Object.keys(certificates).map((host) => [
    `${host}.pem`,
    `${settings.https?.certificates[host] ?? ""}${secrets.https?.keys[host] ?? ""}`,
  ]);
  return { settings, files: Object.fromEntries(files) as Record<string, string> };
}

real(
  "certificates of one's own are served, replaced without a reload, and mended",
  () => {
    const root = makeCertificate({ isAuthority: true, subject: "/CN=root" });
    const issuing = makeCertificate({ isAuthority: true, subject: "/CN=issuing", by: root });
    const make = (name: string, subject: string, key?: string[]) =>
      makeCertificate({ names: `DNS:${name}`, subject: `/CN=${subject}`, by: issuing, key });
    const rsa = make("*.example.com", "rsa", ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]);
    const soon = makeCertificate({ names: `DNS:${three}`, subject: "/CN=three", by: issuing, from: -9, until: 0.5 });
    const first = settingsOf({ [one]: make(one, "first"), [two]: rsa, [three]: soon }, issuing);
    const later = settingsOf({ [one]: make(one, "second") }, issuing);
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const { files } = configured("load-balancer-1", first.settings);
    const program = Object.entries(files).filter(([path]) => path.startsWith(`${certificatePaths.program}/`));
    const said = throughHaproxy(
      "ownCertificates.py",
      first.settings,
      JSON.stringify({ keys: { ...first.files, "account.key": key, "site.key": key }, later: later.files }),
      Object.fromEntries(program.map(([path, { content }]) => [path, content])),
    );
    const placeholder = "CN=no certificate yet (1)";
    expect(said["first"]).toEqual({ [one]: placeholder, [two]: placeholder, [three]: placeholder });
    const served = { [one]: "CN=first (2)", [two]: "CN=rsa (2)", [three]: "CN=three (2)" };
    expect(said["served"]).toEqual(served);
    expect(said["old TLS"]).toEqual(served);
    expect(said["state"]).toEqual({
      [one]: [true, null, null],
      [two]: [true, null, null],
      [three]: [true, null, null],
    });
    expect(said["later"]).toEqual({ ...served, [one]: "CN=second (2)" });
    expect(said["mended"]).toEqual([one, two, three]);
    expect(said["same process"]).toBe(true);
  },
  60_000,
);
