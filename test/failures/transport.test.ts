/** Delegates, stream callbacks, the loop and contained apps, failing in every way. */
import { runRows } from "./_run.ts";
import { TRANSPORT_ROWS } from "./_transport.ts";

runRows("failing callbacks below the framework", TRANSPORT_ROWS);
