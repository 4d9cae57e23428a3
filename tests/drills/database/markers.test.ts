import { compareMarks } from "../../../drills/database/markers";

const marks = [100, 200, 300, 400].map((at, number) => ({ number, at }));

test("rows of before the moment are there, rows of after it are not, and the one in between is on either side", () => {
  const right = { markersBefore: 1, markersAfter: 2, missing: 0, extra: 0 };
  expect(compareMarks(marks, [0], 250)).toEqual(right);
  expect(compareMarks(marks, [0, 1], 250)).toEqual(right);
});

test("a row that is missing, and one too many, are told", () => {
  expect(compareMarks(marks, [1, 2, 3], 250)).toMatchObject({ missing: 1, extra: 2 });
});
