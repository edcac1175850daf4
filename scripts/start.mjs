/**
 * `npm start`: sets up, then runs the chat with the arguments given (`--port`, `--address`, `--workers`, `--redis`, `--nats` …, see
 * docs/chat.md) until interrupted.
 */
import { spawn } from "node:child_process";
import { ROOT } from "./lib/root.mjs";
import { setup } from "./setup.mjs";

try {
  setup();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

const server = spawn(process.execPath, ["--import", "tsx", "examples/chat/server.ts", ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: "inherit",
});
// A terminal sends its signals to the server too; a process manager only to us.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => server.kill(signal));
server.on("exit", (status, signal) => {
  process.exitCode = status ?? (signal === "SIGINT" ? 130 : 1);
});
