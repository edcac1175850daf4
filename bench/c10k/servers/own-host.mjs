/** Where a process of several answers for itself: the common port at an address of its own, so that no other port has to be free. */
export const ownHost = (id) => `127.0.1.${id + 1}`;
