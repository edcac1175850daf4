/**
 * Keys and certificates for tests, made when they are asked for. A certificate (RFC 5280 §4.1) is written here in DER (X.690), as Node has
 * no way to make one; keys are of P-256, signatures ECDSA with SHA-256.
 */
import { createHash, generateKeyPairSync, sign } from "node:crypto";

export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

const SECONDS_OF_A_DAY = 86_400;
/** Days before and after today that a certificate is good for. */
const DAYS = [1, 30] as const;

/** A value of DER: its tag, its length (X.690 §8.1.3), its content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.of(tag, content.length), content]);
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(content.length);
  const length = bytes.subarray(bytes.findIndex((byte) => byte !== 0));
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, content]);
}

const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const set = (...parts: readonly Uint8Array[]): Buffer => der(0x31, ...parts);
const octets = (...parts: readonly Uint8Array[]): Buffer => der(0x04, ...parts);
const bits = (bytes: Uint8Array): Buffer => der(0x03, Buffer.of(0), bytes);
const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));
const TRUE = der(0x01, Buffer.of(0xff));

/** A positive integer below 2^31. */
function integer(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  let start = 0;
  while (start < 3 && bytes[start] === 0 && (bytes[start + 1] ?? 0) < 0x80) start++;
  return der(0x02, bytes.subarray(start));
}

/** UTCTime, which reaches to 2049. */
const time = (seconds: number): Buffer =>
  der(
    0x17,
    Buffer.from(
      `${new Date(seconds * 1000)
        .toISOString()
        .replace(/[-:T]|\.\d+/g, "")
        .slice(2)}`,
    ),
  );

/** Object identifiers, by the bytes of their content. */
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, "hex"));
const COMMON_NAME = oid("550403");
const ECDSA_WITH_SHA256 = sequence(oid("2a8648ce3d040302"));
const AUTHORITY_KEY_IDENTIFIER = oid("551d23");
const SUBJECT_KEY_IDENTIFIER = oid("551d0e");
const SUBJECT_ALT_NAME = oid("551d11");
const BASIC_CONSTRAINTS = oid("551d13");

/** RFC 5280 §4.2.1.6: dNSName is [2], iPAddress [7]. */
function alternativeNames(name: string): Buffer {
  const dns = der(0x82, Buffer.from(name));
  return name.startsWith("*") ? sequence(dns) : sequence(dns, der(0x87, Buffer.of(127, 0, 0, 1)));
}

function make(name: string, serial: number): KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const publicInfo = publicKey.export({ type: "spki", format: "der" });
  const who = sequence(set(sequence(COMMON_NAME, utf8(name))));
  const now = Math.floor(Date.now() / 1000);
  const validity = sequence(time(now - DAYS[0] * SECONDS_OF_A_DAY), time(now + DAYS[1] * SECONDS_OF_A_DAY));
  const keyIdentifier = createHash("sha1").update(publicInfo).digest();
  const extensions = sequence(
    sequence(SUBJECT_KEY_IDENTIFIER, octets(octets(keyIdentifier))),
    // Tells two certificates of one name apart where both are trusted.
    sequence(AUTHORITY_KEY_IDENTIFIER, octets(sequence(der(0x80, keyIdentifier)))),
    sequence(BASIC_CONSTRAINTS, TRUE, octets(sequence(TRUE))),
    sequence(SUBJECT_ALT_NAME, octets(alternativeNames(name))),
  );
  const version3 = der(0xa0, integer(2));
  const toSign = sequence(
    version3,
    integer(serial),
    ECDSA_WITH_SHA256,
    who,
    validity,
    who,
    publicInfo,
    der(0xa3, extensions),
  );
  const certificate = sequence(toSign, ECDSA_WITH_SHA256, bits(sign("sha256", toSign, privateKey)));
  const lines = certificate.toString("base64").replace(/.{64}/g, "$&\n").trimEnd();
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

const made = new Map<string, KeyPair>();

/**
 * A key and a certificate signed with it, for a name (and for 127.0.0.1, unless the name is a wildcard's). `serial` makes another
 * of the same name.
 */
export function certificate(name: string, serial = 1): KeyPair {
  const id = `${name} ${serial}`;
  const pair = made.get(id) ?? make(name, serial);
  made.set(id, pair);
  return pair;
}
