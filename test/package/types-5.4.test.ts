/** The declarations of the package under TypeScript 5.4; see _consumer-types.ts. */
import { checkWith } from "./_consumer-types.ts";

checkWith("typescript-5.4");
