/** Callbacks of connections that stay, failing in every way. */
import { LIVE_ROWS } from "./_live.ts";
import { runRows } from "./_run.ts";

runRows("failing callbacks of live connections", LIVE_ROWS);
