/** The version of the package, as in package.json; a test compares them. Imports nothing. */
export const version: string = "0.1.0";
