import { execFile, execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { systemClock } from "../../../local/api/service/clock";
import { testWhere } from "../../support/needs";
import { schemaProxy } from "../../support/schemaProxy";
import { TestApi, publicKey, token } from "../../support/testApi";

const run = promisify(execFile);

function has(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("Hetzner's own clients, unmodified", () => {
  let api: TestApi;
  let proxy: Awaited<ReturnType<typeof schemaProxy>>;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    api = await new TestApi().start({ clock: systemClock, delayFactor: 0.001 });
    proxy = await schemaProxy(api.running);
    env = { ...process.env, HCLOUD_ENDPOINT: proxy.endpoint, HCLOUD_TOKEN: token, PUBLIC_KEY: publicKey() };
  });
  afterEach(async () => {
    await proxy.close();
    await api.remove();
  });

  function expectAnswersToFit() {
    expect(proxy.problems).toEqual([]);
  }

  async function hcloud(command: string): Promise<string> {
    const args = command.split(" ").map((word) => word.replaceAll("~", " "));
    const { stdout } = await run("hcloud", ["--poll-interval", "5ms", ...args], { env });
    return stdout;
  }

  testWhere(has("hcloud", "help"))(
    "hcloud, the command line",
    async () => {
      const keyFile = join(api.directory, "key.pub");
      writeFileSync(keyFile, env.PUBLIC_KEY ?? "");
      const rules = join(api.directory, "rules.json");
      writeFileSync(rules, JSON.stringify([{ direction: "in", protocol: "icmp", source_ips: ["0.0.0.0/0"] }]));

      for (const command of [
        `ssh-key create --name key --public-key-from-file ${keyFile}`,
        "network create --name net --ip-range 10.0.0.0/16 --label a=1",
        "network add-subnet net --type cloud --network-zone eu-central --ip-range 10.0.1.0/24",
        "network add-route net --destination 10.100.0.0/24 --gateway 10.0.1.2",
        `firewall create --name fw --rules-file ${rules}`,
        "placement-group create --name pg --type spread",
        "primary-ip create --name primary --type ipv4 --datacenter nbg1-dc3",
        "volume create --name vol --size 10 --location nbg1 --format ext4",
        "server create --name web --type cx23 --image debian-13 --location nbg1 --ssh-key key --network net" +
          " --firewall fw --placement-group pg --primary-ipv4 primary --volume vol",
        "floating-ip create --name vip --type ipv4 --server web",
        "server create-image web --type snapshot --description before",
      ]) {
        await hcloud(command);
      }
      const snapshot = (await hcloud("image list --type snapshot -o noheader -o columns=id")).trim();

      const kinds = [
        "server",
        "network",
        "firewall",
        "placement-group",
        "ssh-key",
        "floating-ip",
        "primary-ip",
        "volume",
      ];
      const names = ["web", "net", "fw", "pg", "key", "vip", "primary", "vol"];
      for (const [index, kind] of kinds.entries()) {
        expect(await hcloud(`${kind} list`)).toContain(names[index]);
        expect(await hcloud(`${kind} describe ${names[index]}`)).toContain(names[index]);
        if (kind !== "primary-ip") {
          await hcloud(`${kind} add-label ${names[index]} env=prod`);
          expect(await hcloud(`${kind} list -l env=prod`)).toContain(names[index]);
          await hcloud(`${kind} remove-label ${names[index]} env`);
        }
      }
      for (const kind of [
        "location",
        "server-type",
        "image",
        "iso",
        "load-balancer",
        "certificate",
        "load-balancer-type",
      ]) {
        await hcloud(`${kind} list`);
      }
      expect(await hcloud("image describe debian-13")).toContain("debian");
      expect(await hcloud("server-type describe cx23")).toContain("Cores");

      for (const command of [
        "server poweroff web",
        "server change-type web cx33 --keep-disk",
        "server shutdown web",
        "server poweron web",
        "server reboot web",
        "server reset web",
        "server set-rdns web --hostname www.example.com",
        "server enable-protection web delete rebuild",
        "server disable-protection web delete rebuild",
        "server change-alias-ips web --network net --alias-ips 10.0.1.9",
        "server detach-from-network web --network net",
        "server attach-to-network web --network net --ip 10.0.1.7",
        "server enable-backup web",
        "server disable-backup web",
        "server rebuild web --image ubuntu-24.04",
        "firewall add-rule fw --direction in --protocol tcp --port 80 --source-ips 0.0.0.0/0",
        "firewall remove-from-resource fw --type server --server web",
        "firewall apply-to-resource fw --type label_selector --label-selector role=web",
        "firewall remove-from-resource fw --type label_selector --label-selector role=web",
        "floating-ip unassign vip",
        "floating-ip assign vip web",
        "floating-ip enable-protection vip delete",
        "floating-ip disable-protection vip delete",
        "floating-ip unassign vip",
        "volume detach vol",
        "volume resize vol --size 20",
        "volume attach vol --server web",
        "volume detach vol",
        "network remove-route net --destination 10.100.0.0/24 --gateway 10.0.1.2",
        "network change-ip-range net --ip-range 10.0.0.0/15",
        "image update " + snapshot + " --description after",
        "image delete " + snapshot,
        "server delete web",
        "floating-ip delete vip",
        "primary-ip delete primary",
        "volume delete vol",
        "firewall delete fw",
        "placement-group delete pg",
        "network remove-subnet net --ip-range 10.0.1.0/24",
        "network delete net",
        "ssh-key delete key",
      ]) {
        await hcloud(command);
      }
      for (const kind of kinds) expect((await hcloud(`${kind} list -o noheader`)).trim()).toBe("");
      expectAnswersToFit();
    },
    120_000,
  );

  testWhere(has("/usr/bin/python3", "-c", "import hcloud"))(
    "hcloud, the Python library",
    async () => {
      await run("/usr/bin/python3", [join(__dirname, "../../support/hcloudClient.py")], { env });
      expectAnswersToFit();
    },
    60_000,
  );
});
