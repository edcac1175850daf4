/** The declarations of the package under TypeScript 7; see _consumer-types.ts. */
import { checkWith } from "./_consumer-types.ts";

checkWith("typescript");
