import { Secret } from "../../../../../provider/grpc/types";
import { Replay } from "../replay";

let replay: Replay;
afterEach(() => replay.close());

test("volumes and their attachments", async () => {
  replay = await Replay.start("Volume create vol");
  const { api } = replay;
  const kind = "Volume";
  const base = { size: 10, location: "fsn1" };
  let volume = await replay.create(kind, "vol", base);
  volume = await replay.refresh(kind, volume);
  volume = await replay.update(kind, "name+labels", volume, { ...base, name: "vn", labels: { a: "b" } });
  const named = { ...base, name: "vn" };
  volume = await replay.update(kind, "labels gone", volume, named);
  const grown = { ...named, size: 20 };
  volume = await replay.update(kind, "size up", volume, grown);
  volume = await replay.update(kind, "format", volume, { ...grown, format: "ext4" });
  volume = await replay.update(kind, "automount", volume, { ...grown, format: "ext4", automount: true });
  const [one, two] = [api.seed("servers", {}), api.seed("servers", {})];
  volume = await replay.update(kind, "serverId", volume, { ...grown, automount: true, serverId: one });
  volume = await replay.update(kind, "serverId swap", volume, { ...grown, serverId: two });
  expect(await replay.diff(kind, volume, grown)).toMatchObject({ changes: "none" });
  volume = await replay.update(kind, "serverId 0", volume, { ...grown, serverId: 0 });
  volume = await replay.update(kind, "protection", volume, { ...grown, deleteProtection: true });
  volume = await replay.update(kind, "unprotect", volume, grown);
  await replay.import(kind, volume.id);
  const second = await replay.create(kind, "vol2", {
    size: 10,
    serverId: one,
    labels: { q: "r" },
    automount: true,
    format: "ext4",
    deleteProtection: true,
  });
  await replay.refresh(kind, second);
  expect((await replay.deleteFails(kind, second, "delete protected")).message).toContain("(protected)");
  await replay.create(kind, "small", { size: 5, location: "fsn1" });

  const volumeId = Number(volume.id);
  const attachment = await replay.create("VolumeAttachment", "va", { volumeId, serverId: one, automount: true });
  await replay.refresh("VolumeAttachment", attachment);
  await replay.refresh(kind, volume, "refresh attached elsewhere");
  expect((await replay.import("VolumeAttachment", volume.id)).outputs.automount).toBeNull();
  Object.assign(api.get("volumes", volumeId) ?? {}, { server: two });
  const drifted = await replay.refresh("VolumeAttachment", attachment, "refresh drift server");
  expect(drifted.outputs.serverId).toBe(two);
  await replay.delete("VolumeAttachment", attachment);
  expect((await replay.refresh("VolumeAttachment", attachment, "refresh detached")).id).toBe("");
  await replay.delete("VolumeAttachment", attachment, "delete detached");
  const again = await replay.create("VolumeAttachment", "va2", { volumeId, serverId: one });
  await replay.delete(kind, volume, "delete attached");
  expect((await replay.refresh(kind, volume, "refresh 404")).id).toBe("");
  await replay.delete(kind, volume, "delete 404");
  await replay.delete("VolumeAttachment", again, "delete volume gone");
  expect((await replay.refresh("VolumeAttachment", again, "refresh volume gone")).id).toBe("");
});

test("Storage Boxes and their accounts", async () => {
  replay = await Replay.start("StorageBox create box");
  const { api } = replay;
  const kind = "StorageBox";
  const base = { storageBoxType: "bx11", location: "fsn1", password: new Secret("Secret-123!") };
  let box = await replay.create(kind, "box", base);
  expect(box.outputs.password).toBeInstanceOf(Secret);
  box = await replay.refresh(kind, box);
  let wanted: Record<string, unknown> = { ...base, name: "bn" };
  box = await replay.update(kind, "name+labels", box, { ...wanted, labels: { a: "b" } });
  box = await replay.update(kind, "type", box, { ...wanted, labels: { a: "b" }, storageBoxType: "bx21" });
  wanted = { ...wanted, storageBoxType: "bx21" };
  box = await replay.update(kind, "labels gone", box, wanted);
  wanted = { ...wanted, password: new Secret("New-456!") };
  box = await replay.update(kind, "password", box, wanted);
  box = await replay.update(kind, "access", box, { ...wanted, accessSettings: { sshEnabled: true } });
  box = await replay.update(kind, "access gone", box, wanted);
  const sunday = { maxSnapshots: 3, minute: 5, hour: 4, dayOfWeek: 0 };
  box = await replay.update(kind, "plan", box, { ...wanted, snapshotPlan: sunday });
  box = await replay.refresh(kind, box, "refresh with plan");
  expect(await replay.diff(kind, box, { ...wanted, snapshotPlan: sunday })).toMatchObject({ changes: "none" });
  const monthly = { maxSnapshots: 4, minute: 5, hour: 4, dayOfMonth: 2 };
  box = await replay.update(kind, "plan change", box, { ...wanted, snapshotPlan: monthly });
  box = await replay.update(kind, "plan gone", box, wanted);
  box = await replay.update(kind, "protection", box, { ...wanted, deleteProtection: true });
  await replay.import(kind, box.id);
  await replay.import(kind, "bn");
  const nobody = replay.import(kind, "nope");
  await expect(nobody).rejects.toThrow('no Storage Box of the name "nope"');

  const storageBoxId = Number(box.id);
  const account = { storageBoxId, homeDirectory: "home/a", password: new Secret("Pw-1!") };
  const part = "StorageBoxSubaccount";
  let sub = await replay.create(part, "sub", account);
  sub = await replay.refresh(part, sub);
  let next: Record<string, unknown> = { ...account, homeDirectory: "home/b" };
  sub = await replay.update(part, "home", sub, next);
  next = { ...next, password: new Secret("Pw-2!") };
  sub = await replay.update(part, "password", sub, next);
  sub = await replay.update(part, "access", sub, { ...next, accessSettings: { sshEnabled: true, readonly: true } });
  sub = await replay.update(part, "desc labels name", sub, {
    ...next,
    description: "x",
    labels: { a: "b" },
    name: "nn",
  });
  sub = await replay.update(part, "desc labels name gone", sub, next);
  await replay.import(part, `${box.id}/${sub.id}`);
  await replay.delete(part, sub);
  expect((await replay.refresh(part, sub, "refresh 404")).id).toBe("");
  await replay.delete(part, sub, "delete 404");

  await replay.delete(kind, box);
  expect((await replay.refresh(kind, box, "refresh 404")).id).toBe("");
  await replay.delete(kind, box, "delete 404");
  const full = await replay.create(kind, "boxfull", {
    ...base,
    labels: { q: "w" },
    sshKeys: ["ssh-ed25519 AAA", "ssh-rsa BBB"],
    accessSettings: { reachableExternally: true, sshEnabled: true },
    deleteProtection: true,
    snapshotPlan: { maxSnapshots: 10, minute: 1, hour: 2 },
  });
  await replay.refresh(kind, full);
  api.remove("storage_boxes", Number(full.id));
  await replay.delete(kind, full, "delete protected and gone");
});
