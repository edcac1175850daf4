/** What an application tells the compiler of its own, once for all of its handlers. Types only. */

/**
 * Empty here; an application adds to it by declaration merging, in any one of its files:
 *
 * @example
 * declare module "landspout" {
 *   interface AppTypes {
 *     currentUser: User; // of `currentUser` and `getCurrentUser`
 *     settings: { db: Pool; siteTitle?: string }; // its own settings, besides those of this package
 *   }
 * }
 */
// oxlint-disable-next-line typescript/no-empty-object-type, typescript/no-empty-interface
export interface AppTypes {}

/** Who sends a request: `unknown` until `AppTypes` says. Null is nobody. */
export type CurrentUser = AppTypes extends { currentUser: infer User } ? User | null : unknown;

/** The settings an application adds: any, until `AppTypes` says which. */
export type OwnSettings = AppTypes extends { settings: infer Own extends object } ? Own : { [name: string]: unknown };
