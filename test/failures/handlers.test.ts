/** Every hook of handlers, failing in every way. */
import { HANDLER_ROWS } from "./_handlers.ts";
import { runRows } from "./_run.ts";

runRows("failing hooks of handlers", HANDLER_ROWS);
