/** Runs rows of the table in every mode. */
import * as assert from "uvu/assert";
import { expectLog, suite } from "../_support/suite.ts";
import { MODES } from "./_modes.ts";
import type { Row } from "./_modes.ts";

export function runRows(title: string, rows: readonly Row[]): void {
  const test = suite(title, { deadline: 10 });
  for (const row of rows)
    for (const mode of MODES)
      test(`${row.hook} ${mode.name}`, async () => {
        const log = expectLog(/^/, { required: false });
        await row.run(mode.act, mode);
        // What a promise rejects with after the answer is logged in a later turn.
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
        const records = log.records.filter(({ level }) => level === "error" || level === "warn");
        const fails = mode.kind === "throws" || mode.kind === "rejects";
        const loud = (fails || row.loud?.includes(mode.kind) === true) && row.silent?.includes(mode.kind) !== true;
        const strange = records.filter(({ message }) => !row.where.test(message));
        assert.equal(
          strange.map(({ message }) => message),
          [],
          "records that do not name the hook",
        );
        if (!loud) assert.is(records.length, 0, records[0]?.message);
        else if (row.records === "some") assert.ok(records.length > 0, "no record");
        else assert.is(records.length, row.records ?? 1, "records of one failure");
      });
  test.run();
}
