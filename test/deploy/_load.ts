/**
 * Requests without a pause, GET and POST in turn, on connections that are kept; each answer is compared with its request. Any that is
 * missing or wrong is kept as a failure.
 */
import * as http from "node:http";

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

export function ask(
  port: number,
  { agent, body, ...options }: http.RequestOptions & { body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: "127.0.0.1", port, ...options, ...(agent === undefined ? {} : { agent }) },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk) => (text += chunk));
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

export class Load {
  answered = 0;
  readonly failures: string[] = [];
  readonly #port: number;
  readonly #agent: http.Agent;
  readonly #workers: Promise<void>[];
  readonly #waiting: Map<number, () => void> = new Map();
  #over = false;

  constructor(port: number, workers: number) {
    this.#port = port;
    this.#agent = new http.Agent({ keepAlive: true, maxSockets: workers });
    this.#workers = Array.from({ length: workers }, (_, index) => this.#work(index));
  }

  async #work(worker: number): Promise<void> {
    for (let count = 0; !this.#over; count++) {
      const posted = `${worker} ${count}`;
      const post = (count + worker) % 2 === 0;
      try {
        const { status, headers, body } = await ask(this.#port, {
          agent: this.#agent,
          ...(post ? { method: "POST", body: posted, headers: { "Content-Length": posted.length } } : {}),
        });
        const pid = Number(headers["x-served-by"]);
        const right = status === 200 && (post ? body === posted : (JSON.parse(body) as { pid: number }).pid === pid);
        if (!right) throw new Error(`${status} ${body}`);
        this.answered++;
        this.#waiting.get(pid)?.();
      } catch (error) {
        this.failures.push(`${post ? "POST" : "GET"} ${posted}: ${(error as Error).message}`);
      }
      // The servers, the proxy and this share two cores.
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  /** Resolves with the next answer of a process. */
  served(pid: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(pid, resolve));
  }
  async stop(): Promise<void> {
    this.#over = true;
    await Promise.all(this.#workers);
    this.#agent.destroy();
  }
}
