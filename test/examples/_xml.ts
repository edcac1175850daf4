/** As much of an XML 1.0 processor as a feed needs, and strict: what is not well-formed is an error. Without doctypes and CDATA. */

export interface XMLElement {
  readonly name: string;
  readonly attributes: { readonly [name: string]: string };
  readonly children: XMLElement[];
  text: string;
}

const ENTITIES: { readonly [name: string]: string } = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const isCharacter = (code: number): boolean =>
  code === 9 ||
  code === 10 ||
  code === 13 ||
  (code >= 32 && !(code >= 0xd800 && code <= 0xdfff) && (code & ~1) !== 0xfffe);

function decode(text: string): string {
  if (text.includes("<")) throw new Error(`< in ${text}`);
  return text.replace(/&([^;]*;?)/g, (reference, body: string) => {
    const match = /^(?:#(\d+)|#x([\da-f]+)|(\w+));$/i.exec(body);
    const named = ENTITIES[match?.[3] ?? ""];
    if (named !== undefined) return named;
    const code = match?.[1] !== undefined ? Number(match[1]) : Number.parseInt(match?.[2] ?? "", 16);
    if (Number.isNaN(code) || !isCharacter(code)) throw new Error(`no reference: ${reference}`);
    return String.fromCodePoint(code);
  });
}

function attributesOf(text: string): { readonly [name: string]: string } {
  const attributes: { [name: string]: string } = {};
  const rest = text.replace(
    /\s+([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g,
    (_all, name: string, one?: string, two?: string) => {
      if (name in attributes) throw new Error(`${name} twice`);
      attributes[name] = decode(one ?? two ?? "");
      return "";
    },
  );
  if (rest.trim() !== "") throw new Error(`no attributes: ${text}`);
  return attributes;
}

/** The root element. @throws Error where the text is not well-formed. */
export function parseXML(source: string): XMLElement {
  for (const character of source)
    if (!isCharacter(character.codePointAt(0) ?? 0)) throw new Error("forbidden character");
  const text = source.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\s*/, "");
  const root: XMLElement = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  let at = 0;
  for (const match of text.matchAll(
    /<(\/?)([A-Za-z_][\w:.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>/g,
  )) {
    const parent = open.at(-1) ?? root;
    parent.text += decode(text.slice(at, match.index));
    at = match.index + match[0].length;
    const [, closes, name = "", attributes = "", empty] = match;
    if (closes === "/") {
      if (parent.name !== name || attributes !== "") throw new Error(`</${name}> ends ${parent.name}`);
      open.pop();
      continue;
    }
    const element = { name, attributes: attributesOf(attributes), children: [], text: "" };
    parent.children.push(element);
    if (empty !== "/") open.push(element);
  }
  const [element] = root.children;
  if (
    open.length > 1 ||
    root.children.length !== 1 ||
    `${root.text}${text.slice(at)}`.trim() !== "" ||
    element === undefined
  )
    throw new Error("there is not one element with all in it");
  return element;
}
