#!/usr/bin/env node
/** The package's command, `npx landspout serve DIR`: reads its arguments, and says what it does and what is wrong, without a stack. */
import { parseArgs } from "node:util";
import { version } from "../version.ts";
import { serve } from "./serve.ts";
import type { ServeArguments } from "./serve.ts";

const USAGE = `Usage: landspout serve [DIR] [options]

Serves the files of a folder, the current one if none is named, and lists its folders.

  --port N         port to listen on; 0 takes any that is free (default 8888)
  --address A      address to listen on; 0.0.0.0 or :: is everyone in the network (default 127.0.0.1)
  --no-listing     folders without an index.html are not listed
  --single-page    a browser gets index.html where there is no file, for applications that route in
                   the browser; no listing
  --hidden         names that begin with a dot are served too
  --quiet          no line per request
  --version        the version of landspout
  --help           this text
`;

/** Exit status for a call that is wrong, as shells have it. */
const WRONG_CALL = 2;

function refuse(message: string): never {
  console.error(`landspout: ${message}\nTry: landspout --help`);
  process.exit(WRONG_CALL);
}

/** Undefined: there is nothing to serve, what was asked has been said. */
function readArguments(args: readonly string[]): ServeArguments | undefined {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      port: { type: "string", short: "p", default: "8888" },
      address: { type: "string", short: "a", default: "127.0.0.1" },
      listing: { type: "boolean", default: false },
      "no-listing": { type: "boolean", default: false },
      "single-page": { type: "boolean", default: false },
      hidden: { type: "boolean", default: false },
      quiet: { type: "boolean", short: "q", default: false },
      version: { type: "boolean", short: "v", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help || values.version) {
    process.stdout.write(values.help ? USAGE : `${version}\n`);
    return undefined;
  }
  const [command, folder = ".", ...rest] = positionals;
  if (command === undefined) return refuse("say what to do");
  if (command !== "serve") return refuse(`there is no command ${command}`);
  if (rest.length > 0) return refuse(`one folder can be served, not ${rest.length + 1}`);
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Infinity;
  if (port > 65_535) return refuse(`--port is a number from 0 (any free port) to 65535, not ${values.port}`);
  if (values.listing && values["no-listing"]) return refuse("--listing and --no-listing contradict each other");
  if (values.listing && values["single-page"]) return refuse("--listing and --single-page contradict each other");
  const { address, hidden, quiet } = values;
  return { folder, port, address, listing: !values["no-listing"], singlePage: values["single-page"], hidden, quiet };
}

function readArgumentsOrExit(): ServeArguments | undefined {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    // parseArgs knows what it does not know.
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

const given = readArgumentsOrExit();
if (given !== undefined) {
  try {
    await serve(given);
  } catch (error) {
    console.error(`landspout: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  }
}
