/** The application that every test runner asks. */
import { Application, RequestHandler } from "../../../src/web/index.ts";

class Hello extends RequestHandler {
  override get() {
    this.write(`hello ${this.getArgument("name", "world")}`);
  }
}
export const app: Application = new Application([["/", Hello]], { accessLog: false });
