/** From the bytes of a method to its id. */
import {
  M_CONNECT,
  M_DELETE,
  M_GET,
  M_HEAD,
  M_OPTIONS,
  M_OTHER,
  M_PATCH,
  M_POST,
  M_PUT,
  M_TRACE,
} from "../src/parser/abi";

/** Methods are case-sensitive (RFC 9110 §9.1). `ptr` is followed by at least a space. */
export function methodId(ptr: usize, length: usize): i32 {
  if (length == 3)
    return (load<u32>(ptr) & 0xffffff) == 0x545550 ? M_PUT : (load<u32>(ptr) & 0xffffff) == 0x544547 ? M_GET : M_OTHER;
  if (length < 4 || length > 7) return M_OTHER;
  const word = load<u32>(ptr);
  if (length == 4) return word == 0x54534f50 ? M_POST : word == 0x44414548 ? M_HEAD : M_OTHER;
  // The last four letters, which overlap the first four.
  const tail = load<u32>(ptr + length - 4);
  if (length == 5) {
    if (word == 0x43544150 && tail == 0x48435441) return M_PATCH;
    return word == 0x43415254 && tail == 0x45434152 ? M_TRACE : M_OTHER;
  }
  if (length == 6) return word == 0x454c4544 && tail == 0x4554454c ? M_DELETE : M_OTHER;
  if (word == 0x4954504f && tail == 0x534e4f49) return M_OPTIONS;
  return word == 0x4e4e4f43 && tail == 0x5443454e ? M_CONNECT : M_OTHER;
}
