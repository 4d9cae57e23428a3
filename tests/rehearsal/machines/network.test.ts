import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { FirewallRule, MachineSpec } from "../../../local/driver";
import type { NspawnDriver } from "../../../local/machines/nspawnDriver";
import { edgeNamespace, privateNamespace, visitorNamespace } from "../../../local/network/names";
import { asVisitor, execute, onMachine } from "../../../bench/driverCloud";
import { attachment, expectSuccess, NETWORK, openLab, serve } from "./lab";

const CLOUD = "network-rehearsal";

// Other rehearsals may keep this computer busy; what has to be quick is asserted as such.
jest.setTimeout(60_000);

let driver: NspawnDriver;
let first: MachineSpec;
let second: MachineSpec;

const allow = (port: string, direction: "in" | "out" = "in"): FirewallRule => ({
  direction,
  protocol: "tcp",
  port,
  sourceIps: direction === "in" ? ["0.0.0.0/0", "::/0"] : [],
  destinationIps: direction === "out" ? ["0.0.0.0/0", "::/0"] : [],
});
const fetchAsVisitor = (url: string) => asVisitor(CLOUD, "curl", "-sS", "--max-time", "3", url);

beforeAll(async () => {
  ({ driver, first, second } = await openLab(CLOUD));
}, 300_000);

afterAll(async () => {
  await driver.removeEverything();
});

describe("the private network", () => {
  test("connects machines at an MTU of 1450", async () => {
    expectSuccess(await onMachine(driver, 1, "ping -c1 -W2 -M do -s 1422 10.0.0.12"));
    expect(await onMachine(driver, 1, "ping -c1 -W2 -M do -s 1423 10.0.0.12")).toMatchObject({ code: 1 });
    expect((await onMachine(driver, 1, "cat /sys/class/net/enp7s0/mtu")).output).toBe("1450");
  });

  test("resolves the gateway and nobody else", async () => {
    expectSuccess(await onMachine(driver, 1, "ping -c1 -W2 10.0.0.12"));
    const neighbours = await onMachine(driver, 1, "ip -4 neigh show dev enp7s0 | cut -d' ' -f1");
    expect(neighbours.output).toBe("10.0.0.1");
    // On the link, as in a switched network, nobody answers.
    const onLink = "ip route add 10.0.0.12 dev enp7s0 && ping -c1 -W1 10.0.0.12; ip route delete 10.0.0.12 dev enp7s0";
    expect((await onMachine(driver, 1, onLink)).output).toContain("100% packet loss");
  });

  test("carries no multicast: a unicast packet sent later arrives first", async () => {
    const listen = `import socket, struct
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("", 5000)); s.settimeout(20)
s.setsockopt(0, socket.IP_ADD_MEMBERSHIP, socket.inet_aton("224.0.0.18") + socket.inet_aton("10.0.0.12"))
open("/run/listening", "w"); print(s.recv(100).decode())`;
    const send = `import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.setsockopt(0, socket.IP_MULTICAST_IF, socket.inet_aton("10.0.0.11"))
s.sendto(b"multicast", ("224.0.0.18", 5000)); s.sendto(b"unicast", ("10.0.0.12", 5000))`;
    const heard = onMachine(driver, 2, `python3 -c '${listen}'`);
    expectSuccess(await onMachine(driver, 2, "timeout 10 sh -c 'until [ -e /run/listening ]; do :; done'"));
    expectSuccess(await onMachine(driver, 1, `python3 -c '${send}'`));
    expect((await heard).output).toBe("unicast");
  });

  test("drops packets with a source that is not the machine's", async () => {
    const forged = "ip address add 10.0.0.99/32 dev lo; ping -c1 -W1 -I 10.0.0.99 10.0.0.12";
    expect((await onMachine(driver, 1, forged)).output).toContain("100% packet loss");
    const counter = await execute([
      "ip",
      "netns",
      "exec",
      privateNamespace(CLOUD, NETWORK.id),
      "nft",
      "list",
      "counter",
      "inet",
      "router",
      "spoofed",
    ]);
    expect(counter.output).toMatch(/packets [1-9]/);
  });

  test("routes an alias IP to its machine, while it runs", async () => {
    second = { ...second, privateNetworks: [{ ...attachment(2), aliasIps: ["10.0.0.50"] }] };
    await driver.ensureMachine(second);
    expectSuccess(await onMachine(driver, 2, "ip address add 10.0.0.50/32 dev enp7s0"));
    expectSuccess(await onMachine(driver, 1, "ping -c1 -W2 10.0.0.50"));
  });

  test("routes what the network's routes send to a gateway machine", async () => {
    await driver.ensureNetwork({ ...NETWORK, routes: [{ destination: "10.200.0.0/16", gateway: "10.0.0.12" }] });
    expectSuccess(await onMachine(driver, 2, "ip address add 10.200.0.1/32 dev lo"));
    expectSuccess(await onMachine(driver, 1, "ip route add 10.200.0.0/16 via 10.0.0.1 && ping -c1 -W2 10.200.0.1"));
  });

  test("can be left and joined while the machine runs", async () => {
    await driver.ensureMachine({ ...second, privateNetworks: [] });
    expect((await onMachine(driver, 2, "ip link show enp7s0")).code).not.toBe(0);
    await driver.ensureMachine(second);
    expectSuccess(await onMachine(driver, 1, "ping -c1 -W2 10.0.0.12"));
  });
});

describe("the public side", () => {
  test("reaches visitors and is reached by them, over IPv4 and IPv6, with true addresses", async () => {
    await serve(driver, 1, 80, 8080);
    const { visitorIpv4, visitorIpv6 } = driver.addresses;
    expectSuccess(await onMachine(driver, 1, `ping -c1 -W2 ${visitorIpv4[0]} && ping -c1 -W2 ${visitorIpv6[0]}`));
    expect((await fetchAsVisitor(`http://${first.publicIpv4?.address}/`)).output).toBe("machine-1");
    expect((await fetchAsVisitor(`http://[${first.publicIpv6?.address}]/`)).output).toBe("machine-1");
    const log = await onMachine(driver, 1, "journalctl --unit=web-80 --output=cat");
    expect(log.output).toContain(visitorIpv4[0]);
  });

  test("is reached from this computer, which machines cannot reach by themselves", async () => {
    const answer = await execute(["curl", "-sS", "--max-time", "3", `http://${first.publicIpv4?.address}/`]);
    expect(answer.output).toBe("machine-1");
    const back = await onMachine(driver, 1, `curl -sS --max-time 3 http://${driver.addresses.host.ipv4}:7/`);
    expect(back).toMatchObject({ code: 7 });
  });

  test("has no way out to the internet, and the attempt is counted", async () => {
    expect(await onMachine(driver, 1, "curl -sS --max-time 3 http://1.1.1.1/")).toMatchObject({ code: 7 });
    expect(await onMachine(driver, 2, "curl -sS --max-time 3 'http://[2606:4700::1111]/'")).toMatchObject({ code: 7 });
    const refused = await execute([
      "ip",
      "netns",
      "exec",
      edgeNamespace(CLOUD),
      "nft",
      "list",
      "set",
      "inet",
      "router",
      "refused",
    ]);
    expect(refused.output).toContain(`${first.publicIpv4?.address} . 1.1.1.1 . tcp . 80`);
  });

  test("lets packages in, also to a machine that has only IPv6, and nothing else", async () => {
    const install = "apt-get -qq update && apt-get -qq install --no-install-recommends --yes tree && tree --version";
    const installed = await onMachine(driver, 2, install, 120);
    expect(installed.output).toMatch(/tree v\d/);
    const { packages } = driver.addresses;
    const other = `curl -sS --max-time 3 --proxy 'http://[${packages.ipv6}]:80' http://example.org/`;
    expect((await onMachine(driver, 2, other)).output).toContain("Machines cannot reach example.org");
  }, 150_000);
});

describe("a cloud firewall", () => {
  const url = (port: number) => `http://${first.publicIpv4?.address}:${port}/`;

  test("lets in what its rules say, on the public side only", async () => {
    await driver.ensureMachine({ ...first, firewall: [allow("80")] });
    expect((await fetchAsVisitor(url(80))).output).toBe("machine-1");
    expect(await fetchAsVisitor(url(8080))).toMatchObject({ code: 28 });
    expect(await asVisitor(CLOUD, "ping", "-c1", "-W1", first.publicIpv4?.address ?? "")).toMatchObject({ code: 1 });
    expect((await onMachine(driver, 2, "curl -sS --max-time 3 http://10.0.0.11:8080/")).output).toBe("machine-1");
    // What the machine asks for comes back.
    expectSuccess(await onMachine(driver, 1, `ping -c1 -W2 ${driver.addresses.visitorIpv4[0]}`));
  });

  test("keeps established connections when its rules change", async () => {
    const echo = `import socket
s = socket.create_server(("0.0.0.0", 7777)); open("/run/echoing", "w"); c, _ = s.accept()
while d := c.recv(100): c.sendall(d)`;
    const server = onMachine(driver, 1, `python3 -c '${echo}'`);
    expectSuccess(await onMachine(driver, 1, "timeout 10 sh -c 'until [ -e /run/echoing ]; do :; done'"));
    await driver.ensureMachine({ ...first, firewall: [allow("7000-8000")] });
    const client = spawn("ip", ["netns", "exec", visitorNamespace(CLOUD), "python3", "-uc", lineClient(7777)]);
    const answers = createInterface({ input: client.stdout })[Symbol.asyncIterator]();
    expect((await answers.next()).value).toBe("connected");
    await driver.ensureMachine({ ...first, firewall: [] });
    client.stdin.write("still here?\n");
    expect((await answers.next()).value).toBe("still here?");
    client.stdin.end();
    await server;
    expect(await fetchAsVisitor(url(80))).toMatchObject({ code: 28 }); // no rule: nothing new gets in
  });

  test("restricts what goes out as soon as one outbound rule exists", async () => {
    const listener = spawn("ip", [
      "netns",
      "exec",
      visitorNamespace(CLOUD),
      "python3",
      "-um",
      "http.server",
      "8081",
      "--bind",
      "::",
    ]);
    await once(listener.stdout, "data");
    const outside = `curl -sS --max-time 2 -o /dev/null http://${driver.addresses.visitorIpv4[0]}:8081/`;
    expectSuccess(await onMachine(driver, 1, outside));
    await driver.ensureMachine({ ...first, firewall: [allow("443", "out")] });
    expect(await onMachine(driver, 1, outside)).toMatchObject({ code: 28 });
    await driver.ensureMachine({ ...first, firewall: [allow("443", "out"), allow("8081", "out")] });
    expectSuccess(await onMachine(driver, 1, outside));
    await stopped(listener);
    await driver.ensureMachine(first);
    expect((await fetchAsVisitor(url(8080))).output).toBe("machine-1");
  });

  /** Connects, says so, then sends each line it is given and prints the answer. */
  function lineClient(port: number): string {
    return `import socket, sys
c = socket.create_connection(("${first.publicIpv4?.address}", ${port}), 5); print("connected")
for line in sys.stdin: c.sendall(line.encode()); print(c.recv(100).decode().strip())`;
  }
});

describe("a floating IP", () => {
  test("leads to the machine that it is assigned to, and only that machine can send from it", async () => {
    const address = driver.addresses.floatingIpv4.first;
    await serve(driver, 2, 80);
    for (const id of [1, 2]) expectSuccess(await onMachine(driver, id, `ip address add ${address}/32 dev eth0`));
    // A machine without a public IPv4 of its own has no way for IPv4 either, until it makes one.
    const way = `ip route add 172.31.1.1 dev eth0 scope link && ip route add default via 172.31.1.1 src ${address}`;
    expectSuccess(await onMachine(driver, 2, way));
    const fromFloating = `ping -c1 -W1 -I ${address} ${driver.addresses.visitorIpv4[0]}`;

    await driver.routeFloatingIp(address, 1);
    expect((await fetchAsVisitor(`http://${address}/`)).output).toBe("machine-1");
    await driver.routeFloatingIp(address, 2);
    expect((await fetchAsVisitor(`http://${address}/`)).output).toBe("machine-2");
    expect(await onMachine(driver, 1, fromFloating)).toMatchObject({ code: 1 });

    await driver.routeFloatingIp(address, null);
    expect(await fetchAsVisitor(`http://${address}/`)).not.toMatchObject({ code: 0 });
  });
});

async function stopped(child: ChildProcess): Promise<void> {
  child.kill();
  await once(child, "close");
}
