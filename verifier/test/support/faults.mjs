import { b64, cosignature, keyOf, noteLine } from "./signing.mjs";
import { head, inclusion, leafOf } from "./tree.mjs";
import { bytesOf, issue, origin } from "./issuer.mjs";
import * as mutate from "./mutate.mjs";

/* Fault files, made from the specification. */

export const mediaType = "application/vnd.assay.fault.v1+json";
const log = keyOf("log");
export const leaves = ["a", "b", "c", "d", "e"].map(l => leafOf(Buffer.from(l))), others = ["a", "b", "x", "d", "e"].map(l => leafOf(Buffer.from(l)));
const note = (text, key = log) => `${text}\n${noteLine(origin, key, text)}`;
export const checkpoint = (tree, key, name = origin) => note(`${name}\n${tree.length}\n${b64(head(tree))}\n`, key);
export const promise = (first, batch, key) => note(`assay/promise/v1\n${origin}\n${first} ${batch.length}\n${b64(head(batch))}\n1000\n`, key);
export const promised = (tree = leaves) => ({ promise: promise(2, tree.slice(2, 4)), leaf: b64(tree[2]), path: inclusion(tree.slice(2, 4), 0).map(b64) });
export const shown = tree => ({ logProof: ["c2sp.org/tlog-proof@v1", "index 2", ...inclusion(tree, 2).map(b64), "", checkpoint(tree)].join("\n"), leaf: b64(tree[2]) });
export const twoRoots = (a, b) => ({ mediaType, kind: "two-roots", checkpoints: [a, b] });
export const twoLeaves = (...claims) => ({ mediaType, kind: "two-leaves", index: 2, claims });
export const late = (times, tree = leaves.slice(0, 3)) => {
  const text = `${origin}\n${tree.length}\n${b64(head(tree))}\n`;
  return { mediaType, kind: "late", promise: promise(2, leaves.slice(2, 4)), checkpoint: note(text) + times.map((t, n) => cosignature(`witness.example/w${n}`, keyOf(`witness ${n}`), text, t)).join("") };
};

const seeds = [
  twoRoots(checkpoint(leaves), checkpoint(others)), twoRoots(checkpoint(leaves), checkpoint(leaves)), twoLeaves(promised(), shown(others)), twoLeaves(shown(others), shown(leaves)),
  twoLeaves(promised(), promised(others)), twoLeaves(promised(), shown(leaves)), late([1001, 1001]), late([1001]), late([1000, 1001]), late([]),
];
const policies = [{}, { quorum: 2 }, { witnesses: 0 }].map(o => issue({ completeness: false, ...o }).policy);

/** Well signed, of numbers and trees drawn at random. */
function drawn(random) {
  const tree = () => random.pick([leaves, others]), some = () => tree().slice(0, 1 + random.below(5)), key = () => (random.chance(6) ? keyOf("foreign") : log);
  switch (random.below(3)) {
    case 0: return twoRoots(checkpoint(some(), key()), checkpoint(some(), key(), random.chance(6) ? "other.example" : origin));
    case 1: {
      const claims = [0, 1].map(() => random.pick([() => promised(tree()), () => shown(tree())])());
      return { ...twoLeaves(...claims), index: random.chance(4) ? random.below(6) : 2 };
    }
    default: return late(Array.from({ length: random.below(4) }, () => 998 + random.below(5)), some());
  }
}

/** The pair number n of a fault file and a policy, in bytes. */
export function faultPair(random, n) {
  let fault = n < seeds.length ? mutate.clone(seeds[n]) : random.chance(2) ? drawn(random) : mutate.clone(random.pick(seeds));
  const kind = n < seeds.length ? "seed" : random.pick(["drawn", "tree", "tree", "bits", "spelling"]), policy = random.chance(10) ? null : bytesOf(random.pick(policies));
  if (kind === "tree") fault = mutate.tree(random, fault, random.pick(seeds));
  const text = JSON.stringify(fault);
  return { kind, bundle: kind === "bits" ? mutate.bits(random, bytesOf(text)) : bytesOf(kind === "spelling" ? mutate.spelling(random, text) : text), policy };
}
