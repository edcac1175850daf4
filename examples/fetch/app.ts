/** An application of landspout that leaves everything below /api to Hono. It knows nothing of who serves it. */
import { Application, RequestHandler } from "landspout";
import { FetchContainer } from "landspout/adapters";
import { hono } from "./hono-app.ts";

const PAGE = `GET  /hello/NAME       answered by landspout
GET  /api/hello/NAME   answered by Hono
GET  /api/count/10     events, one after another
POST /api/measure      counts the bytes it is sent
`;

class MainHandler extends RequestHandler {
  override get(): void {
    this.setHeader("Content-Type", "text/plain; charset=UTF-8");
    this.write(PAGE);
  }
}

class HelloHandler extends RequestHandler<"/hello/:name"> {
  override get(name: string): void {
    this.write({ hello: name, from: "landspout", you: this.request.remoteIp });
  }
}

export const app = new Application(
  [
    ["/", MainHandler],
    ["/hello/:name", HelloHandler],
    ["/api/*", new FetchContainer(hono.fetch)],
  ],
  { accessLog: false },
);
