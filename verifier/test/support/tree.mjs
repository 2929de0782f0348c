import { sha } from "./signing.mjs";

/* RFC 6962 section 2.1, by its recursive definitions: what the verifier computes another way. */

export const leafOf = data => sha(Buffer.of(0), data);
const node = (a, b) => sha(Buffer.of(1), a, b);
const split = n => { let k = 1; while (k * 2 < n) k *= 2; return k; };

/** The tree head over leaf hashes. */
export function head(leaves) {
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return leaves[0];
  const k = split(leaves.length);
  return node(head(leaves.slice(0, k)), head(leaves.slice(k)));
}

export function inclusion(leaves, index) {
  if (leaves.length <= 1 || index >= leaves.length) return [];
  const k = split(leaves.length);
  return index < k
    ? [...inclusion(leaves.slice(0, k), index), head(leaves.slice(k))]
    : [...inclusion(leaves.slice(k), index - k), head(leaves.slice(0, k))];
}

/** From the tree of the first `size` leaves to the whole; empty for size 0 and for equal sizes. */
export function consistency(leaves, size) {
  const sub = (all, m, whole) => {
    if (m === all.length) return whole ? [] : [head(all)];
    const k = split(all.length);
    return m <= k ? [...sub(all.slice(0, k), m, whole), head(all.slice(k))] : [...sub(all.slice(k), m - k, false), head(all.slice(0, k))];
  };
  return size === 0 || size >= leaves.length ? [] : sub(leaves, size, true);
}

/** The heads of the subtrees that leaves [first, first + count) do not touch, from left to right. */
export function spanPath(leaves, first, count) {
  const walk = (from, to) => {
    if (to <= first || from >= first + count) return [head(leaves.slice(from, to))];
    if (from + 1 === to) return [];
    const k = split(to - from);
    return [...walk(from, from + k), ...walk(from + k, to)];
  };
  return walk(0, leaves.length);
}
