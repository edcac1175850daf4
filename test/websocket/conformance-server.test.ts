/** The conformance suite against the server. */
import { runConformance } from "./_conformance-run.ts";

runConformance("server");
