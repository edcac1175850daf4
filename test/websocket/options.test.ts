/** What a WebSocket may take unless one says otherwise, what it may not be told, and what can be a message. */
import { Buffer } from "node:buffer";
import * as assert from "uvu/assert";
import { UsageError } from "../../src/errors.ts";
import { formOf } from "../../src/websocket/message.ts";
import { resolveWebSocketOptions } from "../../src/websocket/options.ts";
import type { WebSocketOptions } from "../../src/websocket/options.ts";
import { suite } from "../_support/suite.ts";
import { peerFrame, ROLES, withEndpoints } from "./_endpoints.ts";
import type { Endpoint } from "./_endpoints.ts";

const test = suite("WebSocket options and messages");

test("everything has a bound, and peers are pinged, by default", () => {
  const {
    maxMessageSize,
    maxFragments,
    maxEmptyFragments,
    pingInterval,
    pingTimeout,
    closeTimeout,
    maxUnsentSize,
    overflow,
  } = resolveWebSocketOptions({});
  assert.equal([maxMessageSize, maxUnsentSize], [10_485_760, 1_048_576]);
  // What a fragment holds is bounded by maxMessageSize; what holds nothing is counted.
  assert.equal([maxFragments, maxEmptyFragments], [Infinity, 4096]);
  assert.equal([pingInterval, pingTimeout, closeTimeout, overflow], [30, 30, 5, "close"]);
  assert.is(resolveWebSocketOptions({ pingInterval: 7 }).pingTimeout, 7);
  assert.is(resolveWebSocketOptions({ pingInterval: 7, pingTimeout: 3 }).pingTimeout, 3);
});

test("what is unknown or out of range is refused, not ignored", () => {
  for (const options of [
    { maxMesageSize: 1 },
    { maxMessageSize: -1 },
    { maxMessageSize: "1" },
    { maxFragments: NaN },
    { pingInterval: -5 },
    { pingTimeout: -5 },
    { closeTimeout: Infinity },
    { maxFragments: 1.5 },
    { maxEmptyFragments: -1 },
    { maxEmptyFragments: "4096" },
    { pingTimeout: -1 },
    { overflow: "ignore" },
  ])
    assert.throws(
      () => resolveWebSocketOptions(options as WebSocketOptions),
      (error: unknown) => error instanceof UsageError && error.code === "ERR_LANDSPOUT_OPTION",
      JSON.stringify(options),
    );
});

test("undefined is not given, as everywhere", () =>
  assert.is(resolveWebSocketOptions({ closeTimeout: undefined } as unknown as WebSocketOptions).closeTimeout, 5));

test("objects go as JSON, bytes as bytes whatever holds them; nothing else goes", () => {
  assert.is(formOf({ a: ["ü"] }) as string, '{"a":["ü"]}');
  const bytes = Uint8Array.of(9, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  for (const one of [
    new DataView(bytes.buffer, 1, 8),
    new Float64Array(bytes.slice(1, 9).buffer),
    bytes.slice(1, 9).buffer,
  ])
    assert.equal([...(formOf(one) as Uint8Array)], [1, 2, 3, 4, 5, 6, 7, 8], one.constructor.name);
  for (const one of [() => 1, new Blob(["a"]), { toJSON: () => undefined }])
    assert.throws(
      () => formOf(one),
      (error: unknown) => error instanceof UsageError && error.code === "ERR_LANDSPOUT_WEBSOCKET_MESSAGE",
    );
});

for (const role of ROLES)
  test(`a ${role} sends them`, async () => {
    const messages: object[] = [Uint16Array.of(0x6261), Buffer.from("cd").buffer.slice(0, 0), [1], { b: null }];
    const onMessage = (endpoint: Endpoint): void => {
      for (const message of messages) void endpoint.writeMessage(message as Buffer);
    };
    await withEndpoints(role, {}, { onMessage }, async (connect) => {
      const { socket } = await connect();
      socket.write(peerFrame(role)(0x81));
      for (const [opcode, payload] of [
        [2, "ab"],
        [2, ""],
        [1, "[1]"],
        [1, '{"b":null}'],
      ] as const) {
        const frame = await socket.frame();
        assert.equal([frame?.opcode, frame?.payload.toString()], [opcode, payload]);
      }
      socket.destroy();
    });
  });

test.run();
