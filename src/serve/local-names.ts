/** Names that mean this machine to any browser, whatever a name server says: the defence against DNS rebinding. */
import { isIP } from "node:net";

/** RFC 6761 §6.3: "localhost." and names below it always resolve to a loopback address. Nobody can make a literal address point elsewhere. */
export function isLocalName(name: string): boolean {
  const lower = name.toLowerCase().replace(/\.$/, "");
  if (lower === "localhost" || lower.endsWith(".localhost")) return true;
  return isIP(lower.replace(/^\[(.*)\]$/, "$1")) !== 0;
}

/** Whether a server at this address is to be reached from its own machine only. */
export function isLoopback(address: string): boolean {
  return address === "localhost" || address === "::1" || /^127\.\d+\.\d+\.\d+$/.test(address);
}
