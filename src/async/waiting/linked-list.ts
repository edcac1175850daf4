/** A doubly linked list whose members carry their own links: any member leaves in constant time. Decides nothing about what waits in it. */

/** A member of at most one list. */
export class ListNode {
  /** The list it is in. Changed by `LinkedList` only, as the two links are. */
  list: object | undefined = undefined;
  previous: ListNode | undefined = undefined;
  next: ListNode | undefined = undefined;
}

export class LinkedList<Node extends ListNode> {
  #first: ListNode | undefined;
  #last: ListNode | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }
  get first(): Node | undefined {
    return this.#first as Node | undefined;
  }

  /** Adds a node that is in no list at the end. */
  push(node: Node): void {
    const last = this.#last;
    node.list = this;
    node.previous = last;
    if (last === undefined) this.#first = node;
    else last.next = node;
    this.#last = node;
    this.#size++;
  }

  /** Removes and returns the first node. */
  shift(): Node | undefined {
    const first = this.#first;
    if (first !== undefined) this.remove(first as Node);
    return first as Node | undefined;
  }

  /** Removes a node; false if it is not in this list. */
  remove(node: Node): boolean {
    if (node.list !== this) return false;
    const { previous, next } = node;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    node.list = undefined;
    node.previous = undefined;
    node.next = undefined;
    this.#size--;
    return true;
  }
}
