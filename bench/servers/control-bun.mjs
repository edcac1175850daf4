/** The floor on Bun: Bun.listen answering fixed bytes, nothing parsed. */
import { answerTo, completed } from "./control.mjs";
import { host, port } from "./process.mjs";

Bun.listen({
  hostname: host,
  port,
  socket: {
    open(socket) {
      socket.data = { left: 0 };
    },
    data(socket, bytes) {
      const count = completed(socket.data, bytes.length);
      if (count > 0) socket.write(answerTo(count));
    },
  },
});
