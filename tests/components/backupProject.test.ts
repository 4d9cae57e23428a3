import { misplaced } from "../../components/backupProject";

const name = "prod-backup-hel1";
const box = { id: 12, name };

test.each([
  ["there is none yet", [], []],
  ["it is in the second project", [], [box]],
  ["an old one stays in the first project", [box], [{ id: 40, name }]],
])("the box is where it belongs: %s", (_what, machines, apart) => {
  expect(misplaced(machines, apart, { name })).toBeUndefined();
});

test("a box in the machines' project stops the update, until somebody names it", () => {
  expect(misplaced([box], [], { name })).toMatchObject({
    setting: "holdfast:backup.token",
    wrong: "opens a project without the Storage Box prod-backup-hel1 (id 12), which is in the machines' project",
    fix: expect.stringContaining("HOLDFAST_LEAVE_BOX=12") as string,
  });
  expect(misplaced([box], [], { name, leave: "11" })).toBeDefined();
  expect(misplaced([box], [], { name, leave: "12" })).toBeUndefined();
});

test("nobody's word lets the location change at the same time, which would delete the old box", () => {
  expect(misplaced([box], [], { name: "prod-backup-fsn1", leave: "12" })?.wrong).toContain(
    "its location changes as well",
  );
});
