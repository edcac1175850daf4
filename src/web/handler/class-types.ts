/**
 * `RequestHandler` by its type alone, for the files that the class is built on. It adds itself here by declaration merging, as a program
 * does to `AppTypes`; `Application` does so for host.ts. So no file of a room below imports what stands above it, and public types name
 * the classes all the same: `handler.application` is an `Application`.
 */

// oxlint-disable-next-line typescript/no-empty-object-type, typescript/no-empty-interface
export interface ClassTypes {}

export type RequestHandler = ClassTypes extends { handler: infer Class } ? Class : object;
