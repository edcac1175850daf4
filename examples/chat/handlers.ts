/** What the chat answers to plain requests: messages and polls as JSON. */
import { checkRate, enterRoom, readPlace, readSaying, readSelf } from "./input.ts";
import { JSONHandler } from "./json-handler.ts";
import { LOBBY, rooms, versionOf } from "./rooms.ts";
import { authorOf } from "./visitor.ts";

/** Seconds a poll is held: shorter than the half minute after which impatient proxies give up. */
const HOLD = 25;

/** GET /messages/recent?room=NAME: what there is, at once. */
export class RecentHandler extends JSONHandler {
  override get(): void {
    const { room } = readPlace(this);
    this.write({ ...room.missed(""), ...rooms.state(room), waiting: room.messages.waiting });
  }
}

/**
 * GET /messages?room=NAME&since=AT&who=SECRET&name=NAME&version=V waits for what came after AT, or for a state other than V.
 * POST /messages takes `{ room, name, text, key, who }`.
 */
export class MessagesHandler extends JSONHandler {
  override async get(): Promise<void> {
    const { room, who, name, since } = readPlace(this);
    const { signal } = this.request;
    const known = this.getQueryArgument("version", "");
    const you = room.people.arrive(who, name);
    const waits = room.missed(since).messages.length === 0 && (known === "" || known === versionOf(rooms.state(room)));
    // A client that leaves ends the wait through the signal; what is written after that goes nowhere.
    if (waits && !rooms.isClosed) await room.messages.next(HOLD, signal);
    if (who !== "") {
      if (signal.aborted) room.people.leave(who);
      else room.people.interrupted(who);
    }
    const state = rooms.state(room);
    this.write({ ...room.missed(since), you, me: authorOf(this, who), ...state, version: versionOf(state) });
  }

  override post(): void {
    checkRate(this.request.remoteIp);
    const fields = this.fields();
    const saying = readSaying(fields);
    const room = enterRoom(fields["room"] ?? LOBBY);
    const { who } = readSelf(fields);
    this.setStatus(201);
    this.write(room.say({ ...saying, from: authorOf(this, who) }));
    room.people.update(who, saying.name, false);
  }
}

/** POST /self takes `{ room, who, name, typing }`, for pages without a WebSocket. */
export class SelfHandler extends JSONHandler {
  override post(): void {
    checkRate(this.request.remoteIp);
    const fields = this.fields();
    const { who, name, typing } = readSelf(fields);
    enterRoom(fields["room"] ?? LOBBY).people.update(who, name, typing);
    this.setStatus(204);
  }
}
