/** What an application is given, failing in every way. */
import { APPLICATION_ROWS } from "./_application.ts";
import { runRows } from "./_run.ts";

runRows("failing functions of applications", APPLICATION_ROWS);
