/**
 * deploy/nginx.conf and deploy/haproxy.cfg with the real programs and two processes of deploy/server.ts behind each: what comes through,
 * who the client is, and no request lost while one process after the other is replaced.
 */
import { suite } from "../_support/suite.ts";
import { startProxy } from "./_proxy.ts";
import type { Proxy } from "./_proxy.ts";
import { heldPlace, ownPlace } from "./_server.ts";
import type { Place } from "./_server.ts";
import { events, forwarded, longPoll, rollingRestart, secure, webSocketEcho } from "./_through.ts";

const SETUPS = [
  // nginx learns of a restart only by trying: sockets outlive the processes, as under systemd.
  ["nginx", "sockets of a supervisor", () => heldPlace()],
  // HAProxy asks /ready, and stops sending before the port is gone.
  ["haproxy", "ports of their own", () => ownPlace()],
] as const;

for (const [name, sockets, place] of SETUPS) {
  const test = suite(`${name} in front of two processes on ${sockets}`, { deadline: 60, needs: [name] });
  const places: Place[] = [];
  let proxy: Proxy | undefined;
  test.before(async () => {
    places.push(...(await Promise.all([place(), place()])));
    proxy = await startProxy(
      name,
      places.map(({ port }) => port),
    );
  });
  test.after(async () => {
    await proxy?.close();
    await Promise.all(places.map((each) => each.close()));
  });

  test("a WebSocket echoes", () => webSocketEcho(proxy?.port ?? 0));
  test("events arrive one by one, until their client leaves", () => events(proxy?.port ?? 0));
  test("a long poll is answered when there is something", () => longPoll(proxy?.port ?? 0));
  test("the server knows who asks, and believes no client about it", () => forwarded(proxy?.port ?? 0));
  test("TLS ends at the proxy, and the server is told", () => secure(proxy?.securePort ?? 0));
  test("no request is lost while one process after the other is replaced", () =>
    rollingRestart(proxy?.port ?? 0, places));
  test.run();
}
