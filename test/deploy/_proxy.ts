/**
 * The real nginx and HAProxy with the configurations of deploy/, their ports and the times of tests put in.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificate } from "../_support/certificates.ts";
import { pathOf } from "../_support/programs.ts";
import { freePort, root } from "./_server.ts";

export type ProxyName = "nginx" | "haproxy";

export interface Proxy {
  readonly port: number;
  /** Where it takes TLS, as the lines of the configuration say that are to be uncommented. */
  readonly securePort: number;
  close(): Promise<void>;
}

/** Replaces what must be there: a configuration that has changed is not tested with half of its changes. */
function replaced(text: string, changes: readonly (readonly [string, string])[]): string {
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`the configuration has no "${from}"`);
    text = text.replaceAll(from, to);
  }
  return text;
}

/** nginx.conf in a folder, with what belongs into its `http` block; the arguments to run with it. */
function runNginx(folder: string, http: string): string[] {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `  ${name}_temp_path ${folder}/${name};\n`,
  );
  const main = `worker_processes 1;\npid ${folder}/pid;\nerror_log stderr crit;\nevents {}\nhttp {\n  access_log off;\n`;
  writeFileSync(join(folder, "nginx.conf"), `${main}${temporary.join("")}  ${http}\n}\n`);
  return ["-p", folder, "-e", "stderr", "-c", join(folder, "nginx.conf"), "-g", "daemon off;"];
}

/** The files of deploy/ for these ports, in a folder; the arguments to run with them. */
const CONFIGURE = {
  nginx: (folder: string, [port, securePort]: readonly number[], [one, two]: readonly number[]): string[] => {
    const changes = [
      ["127.0.0.1:8001", `127.0.0.1:${one}`],
      ["127.0.0.1:8002", `127.0.0.1:${two}`],
      ["listen 80;", `listen 127.0.0.1:${port};`],
      ["# listen 443 ssl;", `listen 127.0.0.1:${securePort} ssl;`],
      ["# ssl_certificate ", "ssl_certificate "],
      ["/etc/ssl/example", join(folder, "example")],
      ["keepalive_timeout 5s;", "keepalive_timeout 1s;"],
    ] as const;
    const config = readFileSync(new URL("deploy/nginx.conf", root), "utf8");
    writeFileSync(join(folder, "landspout.conf"), replaced(config, changes));
    return runNginx(folder, `include ${folder}/landspout.conf;`);
  },
  haproxy: (folder: string, [port, securePort]: readonly number[], [one, two]: readonly number[]): string[] => {
    const changes = [
      ["127.0.0.1:8001", `127.0.0.1:${one}`],
      ["127.0.0.1:8002", `127.0.0.1:${two}`],
      ["bind :80\n", `bind 127.0.0.1:${port}\n`],
      ["# bind :443 ", `bind 127.0.0.1:${securePort} `],
      ["/etc/ssl/example", join(folder, "example")],
      ["maxconn 20000", "maxconn 200"],
      ["inter 1s", "inter 200ms"],
      // That a server is restarted is what the test does.
      ["format raw local0 notice", "format raw local0 crit"],
    ] as const;
    const config = readFileSync(new URL("deploy/haproxy.cfg", root), "utf8");
    writeFileSync(join(folder, "haproxy.cfg"), replaced(config, changes));
    return ["-q", "-db", "-f", join(folder, "haproxy.cfg")];
  },
};

/** Resolves once something listens there. */
async function listens(port: number, running: () => boolean): Promise<void> {
  for (;;) {
    const socket = net.connect(port, "127.0.0.1");
    const [event] = await Promise.race([
      once(socket, "connect").then(() => ["connect"]),
      once(socket, "error").then(
        () => ["error"],
        () => ["error"],
      ),
    ]).catch(() => ["error"]);
    socket.destroy();
    if (event === "connect") return;
    if (!running()) throw new Error("the proxy has ended");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** With the configuration of deploy/. */
export function startProxy(name: ProxyName, servers: readonly number[]): Promise<Proxy> {
  return start(name, (folder, ports) => CONFIGURE[name](folder, ports, servers));
}

/** With a configuration of the test's own: of nginx what belongs into `http`. `$PORT` is where it listens. */
export function startProxyWith(name: ProxyName, config: string): Promise<Proxy> {
  return start(name, (folder, [port]) => {
    const text = config.replaceAll("$PORT", String(port));
    if (name === "nginx") return runNginx(folder, text);
    writeFileSync(join(folder, "haproxy.cfg"), text);
    return ["-q", "-db", "-f", join(folder, "haproxy.cfg")];
  });
}

type Configure = (folder: string, ports: readonly number[]) => string[];

async function start(name: ProxyName, configure: Configure): Promise<Proxy> {
  const folder = mkdtempSync(join(tmpdir(), `landspout-${name}-`));
  // The workers of nginx are somebody else.
  chmodSync(folder, 0o711);
  const port = await freePort();
  const securePort = await freePort();
  const { key, cert } = certificate("localhost");
  writeFileSync(join(folder, "example.key"), key);
  writeFileSync(join(folder, "example.pem"), name === "haproxy" ? cert + key : cert);
  const args = configure(folder, [port, securePort]);
  const child = spawn(pathOf(name), args, { stdio: ["ignore", "inherit", "inherit"] });
  let running = true;
  const ended = once(child, "exit").finally(() => (running = false));
  try {
    await listens(port, () => running);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    port,
    securePort,
    close: async () => {
      child.kill("SIGTERM");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
