import { equal, type Bytes } from "./bytes.js";
import { sha256 } from "./sha256.js";

/* RFC 6962 section 2.1: tree hashing and its proofs. */

const zero = Uint8Array.of(0), one = Uint8Array.of(1);

export const leafHash = (...data: readonly Uint8Array[]): Bytes => sha256(zero, ...data);
export const nodeHash = (left: Uint8Array, right: Uint8Array): Bytes => sha256(one, left, right);
export const emptyRoot = sha256();

/** The tree head over leaf hashes. */
export function treeHead(leaves: readonly Bytes[]): Bytes {
  if (leaves.length === 0) return emptyRoot;
  // Heads of the complete subtrees from left to right, each with its size; equal neighbours join.
  const stack: { size: number; head: Bytes }[] = [];
  for (const leaf of leaves) {
    let size = 1, head = leaf;
    while (stack.at(-1)?.size === size) {
      head = nodeHash(stack.pop()!.head, head);
      size *= 2;
    }
    stack.push({ size, head });
  }
  return stack.map(s => s.head).reduceRight((right, left) => nodeHash(left, right));
}

/** Whether `path` proves that `leaf` (a leaf hash) is at `index` of the tree with this size and root. */
export function includes(index: bigint, size: bigint, leaf: Bytes, path: readonly Bytes[], root: Bytes): boolean {
  if (index < 0n || index >= size) return false;
  let fn = index, sn = size - 1n, r = leaf;
  for (const p of path) {
    if (sn === 0n) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      r = nodeHash(p, r);
      if ((fn & 1n) === 0n)
        do { fn >>= 1n; sn >>= 1n; } while ((fn & 1n) === 0n && fn !== 0n);
    } else {
      r = nodeHash(r, p);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && equal(r, root);
}

/** Whether `path` proves that the tree (size1, root1) is the beginning of (size2, root2); size1 is above 0. */
export function isConsistent(size1: bigint, root1: Bytes, size2: bigint, root2: Bytes, path: readonly Bytes[]): boolean {
  if (size1 <= 0n || size1 > size2) return false;
  if (size1 === size2) return path.length === 0 && equal(root1, root2);
  const hashes = [...path];
  let fn = size1 - 1n, sn = size2 - 1n;
  while ((fn & 1n) === 1n) { fn >>= 1n; sn >>= 1n; }
  // A first tree that is a complete subtree stands itself in the path's place.
  const first = fn === 0n ? root1 : hashes.shift();
  if (first === undefined) return false;
  let fr = first, sr = first;
  for (const c of hashes) {
    if (sn === 0n) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      fr = nodeHash(c, fr);
      sr = nodeHash(c, sr);
      if ((fn & 1n) === 0n)
        do { fn >>= 1n; sn >>= 1n; } while ((fn & 1n) === 0n && fn !== 0n);
    } else {
      sr = nodeHash(sr, c);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && equal(fr, root1) && equal(sr, root2);
}

/**
 * The head of a tree of `size` leaves, of which those from `first` on are `leaves` and the heads of the subtrees they do not
 * touch are `path`, from left to right; null if the path is too short or too long, or the leaves go beyond the tree.
 */
export function headOfSpan(first: bigint, leaves: readonly Bytes[], size: bigint, path: readonly Bytes[]): Bytes | null {
  const end = first + BigInt(leaves.length);
  if (leaves.length === 0 || end > size) return null;
  let next = 0;
  const head = (a: bigint, b: bigint): Bytes | null => {
    if (b <= first || a >= end) return path[next++] ?? null;
    if (a + 1n === b) return leaves[Number(a - first)]!;
    let k = 1n;
    while (k * 2n < b - a) k *= 2n;
    const left = head(a, a + k);
    const right = left === null ? null : head(a + k, b);
    return right === null ? null : nodeHash(left!, right);
  };
  const root = head(0n, size);
  return next === path.length ? root : null;
}
