/** At most `most` of many: those that may go first, each kind in the order in which it came. Holds no more than twice as many. */
export interface Shortlist<One> {
  add(one: One): void;
  read(): One[];
}

/** Where what may not go came first, and a lot of it, what may go would never be seen otherwise. */
export function createShortlist<One extends { denied: readonly unknown[] }>(most: number): Shortlist<One> {
  const ripe: One[] = [];
  const kept: One[] = [];
  return {
    add(one) {
      const list = one.denied.length === 0 ? ripe : kept;
      if (list.length < most) list.push(one);
    },
    read: () => [...ripe, ...kept].slice(0, most),
  };
}
