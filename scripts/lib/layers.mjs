/** The rooms of a source tree: which may import which, and whether files import each other in a circle. Knows no room itself. */
import { readdirSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";

/** Statements begin a line, so that an import in an example of a comment is none. Groups: `type`, the names, the module. */
const IMPORT = /^(?:import|export)\s+(type\s+)?(?:([^"';]*?)\s*from\s+)?"([^"]+)"/gm;
const DYNAMIC_IMPORT = /\bimport\("([^"]+)"\)/g;

/** All names of an import are types: `{ type A, type B }`. */
const namesTypesOnly = (names) => /^\{\s*(?:type\s+\w+(?:\s+as\s+\w+)?\s*,?\s*)+\}$/.test(names);

/** The imports of a file within the tree, and those from outside it. */
function importsOf(path, text) {
  const inside = [];
  const outside = [];
  const add = (module, typeOnly) => {
    if (!module.startsWith(".")) outside.push(module);
    else inside.push({ from: path, to: posix.normalize(posix.join(posix.dirname(path), module)), typeOnly });
  };
  for (const [, type, names = "", module] of text.matchAll(IMPORT))
    add(module, type !== undefined || namesTypesOnly(names));
  for (const [, module] of text.matchAll(DYNAMIC_IMPORT)) add(module, false);
  return { inside, outside };
}

/** The room of a file: the folder, or the file, that the table names. A folder with rooms in it has only its own files. */
function roomOf(path, rooms) {
  if (rooms.has(path)) return path;
  for (let folder = posix.dirname(path); folder !== "."; folder = posix.dirname(folder)) {
    if (!rooms.has(folder)) continue;
    const divided = [...rooms].some((room) => room.startsWith(`${folder}/`));
    return divided && folder !== posix.dirname(path) ? undefined : folder;
  }
  return undefined;
}

/** Groups of files that reach each other over imports (Tarjan's strongly connected components), those of one file left out. */
export function circles(files, imports) {
  const next = new Map(files.map((file) => [file, []]));
  for (const { from, to } of imports) next.get(from)?.push(to);
  const index = new Map();
  const low = new Map();
  const stack = [];
  const found = [];
  const visit = (file) => {
    index.set(file, index.size);
    low.set(file, index.get(file));
    stack.push(file);
    for (const other of next.get(file) ?? []) {
      if (!next.has(other)) continue;
      if (!index.has(other)) visit(other);
      if (stack.includes(other)) low.set(file, Math.min(low.get(file), low.get(other)));
    }
    if (low.get(file) !== index.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) found.push(circle.sort((a, b) => (a < b ? -1 : 1)));
  };
  for (const file of files) if (!index.has(file)) visit(file);
  return found;
}

/**
 * What is wrong with a tree, as sentences.
 * @param src Its folder.
 * @param table `floors`: rooms, lowest first; those of one floor do not import each other. `closed`: rooms that import nothing from outside the
 * tree. `typeCircles`: rooms whose files may import types of each other in a circle.
 */
export function checkLayers(src, { floors, closed = [], typeCircles = [] }) {
  const problems = [];
  const rooms = new Set(floors.flat());
  const height = new Map(floors.flatMap((floor, i) => floor.map((room) => [room, i])));
  const files = readdirSync(src, { recursive: true, encoding: "utf8" })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => name.endsWith(".ts"))
    .sort();
  const roomOfFile = new Map(files.map((file) => [file, roomOf(file, rooms)]));
  for (const [file, room] of roomOfFile)
    if (room === undefined) problems.push(`${file} is in no known room: name its folder in the table`);
  const used = new Set(roomOfFile.values());
  for (const room of rooms)
    if (!used.has(room)) problems.push(`the room ${room} does not exist: take it out of the table`);

  const imports = [];
  for (const file of files) {
    const { inside, outside } = importsOf(file, readFileSync(join(src, file), "utf8"));
    const room = roomOfFile.get(file);
    if (closed.includes(room))
      for (const module of outside) problems.push(`${file} imports ${module}: ${room} imports nothing from outside`);
    for (const one of inside) {
      const other = roomOfFile.get(one.to) ?? roomOf(one.to, rooms);
      imports.push(one);
      if (room !== undefined && other !== undefined && room !== other && height.get(other) >= height.get(room))
        problems.push(`${file} imports ${one.to}: ${room} does not stand above ${other}`);
    }
  }

  const values = imports.filter(({ typeOnly }) => !typeOnly);
  const named = new Set(circles(files, values).map((circle) => circle.join(", ")));
  for (const circle of named) problems.push(`a circle of imports: ${circle}`);
  for (const circle of circles(files, imports)) {
    const [room, ...others] = new Set(circle.map((file) => roomOfFile.get(file)));
    const taken = others.length === 0 && typeCircles.includes(room);
    if (!taken && !named.has(circle.join(", ")))
      problems.push(`a circle of imports, types counted: ${circle.join(", ")}`);
  }
  return problems;
}
