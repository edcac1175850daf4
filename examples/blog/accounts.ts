/** Registration, login and logout. */
import { BlogHandler, cleanText, Refusal } from "./blog-handler.ts";
import { hashPassword, isPassword } from "./passwords.ts";
import { BusyError } from "./turns.ts";

/** Characters. The shortest password is NIST's, the longest so that normalizing it takes no time. */
const LIMITS = { email: 254, name: 60, shortest: 8, password: 200 } as const;
const BUSY = "Too many are logging in at this moment. Try again in a few seconds.";

interface Fields {
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

class AccountHandler extends BlogHandler {
  fields(): Fields {
    return {
      email: cleanText(this.getBodyArgument("email", "")),
      name: cleanText(this.getBodyArgument("name", "")).replace(/\s+/g, " "),
      // Blanks around a password are part of it.
      password: this.getBodyArgument("password", "", false),
    };
  }
  /** The form, with all that was typed but the password. */
  form(template: string, { email, name }: Partial<Fields> = {}, problem?: string): void {
    const { next } = this;
    void this.render(template, { email: email ?? "", name: name ?? "", problem, next, back: next, limits: LIMITS });
  }
  override logException(error: unknown): void {
    if (!(error instanceof BusyError)) super.logException(error);
  }
}

/** Whoever is refused because others are many may come again. */
async function patiently<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof BusyError ? new Refusal(503, BUSY, { "Retry-After": "5" }) : error;
  }
}

function problemOf({ email, name, password }: Fields): string | undefined {
  if (email.length > LIMITS.email || !/^[^\s@]+@[^\s@]+$/.test(email)) return "This is no e-mail address.";
  if (name === "") return "The name is missing.";
  if (name.length > LIMITS.name) return "The name is too long.";
  if (password.length < LIMITS.shortest) return "The password is too short.";
  if (password.length > LIMITS.password) return "The password is too long.";
  return undefined;
}

export class RegisterHandler extends AccountHandler {
  override get(): void {
    if (this.user !== undefined) this.show(this.next);
    else this.form("register.html");
  }
  override async post(): Promise<void> {
    const fields = this.fields();
    const problem = problemOf(fields);
    if (problem !== undefined) {
      this.setStatus(400);
      this.form("register.html", fields, problem);
      return;
    }
    const { email, name, password } = fields;
    const user = this.store.addUser(email, name, await patiently(hashPassword(password)));
    if (user === undefined) {
      this.setStatus(409);
      this.form("register.html", fields, "Somebody is registered with this address already.");
      return;
    }
    this.logIn(user);
    this.show(user.isAuthor ? "/compose" : this.next);
  }
}

export class LoginHandler extends AccountHandler {
  override get(): void {
    if (this.user !== undefined) this.show(this.next);
    else this.form("login.html");
  }
  override async post(): Promise<void> {
    const fields = this.fields();
    const { attempts } = this.blog;
    const who = `${this.request.remoteIp} ${fields.email.slice(0, LIMITS.email).toLowerCase()}`;
    const pause = attempts.pause(who);
    if (pause > 0) {
      this.setStatus(429);
      this.setHeader("Retry-After", pause);
      this.form("login.html", fields, "That was wrong too often. Try again in a quarter of an hour.");
      return;
    }
    // Counted before it is looked at: many sent at once are many.
    attempts.failed(who);
    const login = this.store.findLogin(fields.email);
    const isRight = await patiently(isPassword(fields.password.slice(0, LIMITS.password + 1), login?.password));
    if (login === undefined || !isRight) {
      this.setStatus(403);
      this.form("login.html", fields, "The address or the password is wrong.");
      return;
    }
    attempts.succeeded(who);
    this.logIn(login.user);
    this.show(this.next);
  }
}

export class LogoutHandler extends BlogHandler {
  override post(): void {
    this.logOut();
    this.show(this.next);
  }
}
