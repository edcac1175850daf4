/** The conformance suite against the client: its peer is a server which speaks frames by hand. */
import { runConformance } from "./_conformance-run.ts";

runConformance("client");
