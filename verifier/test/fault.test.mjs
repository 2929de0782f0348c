import { test } from "node:test";
import assert from "node:assert/strict";
import { b64, keyOf, vkey } from "./support/signing.mjs";
import { checkpoint, late, leaves, mediaType, others, promise, promised, shown, twoLeaves, twoRoots } from "./support/faults.mjs";
import { bytesOf, issue, origin } from "./support/issuer.mjs";
import { parsePolicy, verifyFault } from "../dist/index.js";

const policy = (options = {}) => parsePolicy(bytesOf(issue({ completeness: false, ...options }).policy));
const judge = async (fault, by = policy()) => (await verifyFault(bytesOf(fault), by)).verdict;

const kept = promised();

test("Two roots of one size are proved, and nothing less", async () => {
  assert.equal(await judge(twoRoots(checkpoint(leaves), checkpoint(others))), "proved");
  assert.equal(await judge(twoRoots(checkpoint(leaves), checkpoint(leaves))), "not-proved");
  assert.equal(await judge(twoRoots(checkpoint(leaves), checkpoint(others.slice(0, 4)))), "not-proved");
  assert.equal(await judge(twoRoots(checkpoint(leaves), checkpoint(others, keyOf("foreign")))), "not-proved");
  assert.equal(await judge(twoRoots(checkpoint(leaves), checkpoint(others, keyOf("log"), "other.example/log"))), "not-proved");
  assert.equal(await judge(twoRoots(checkpoint(leaves), checkpoint(others)), null), "no-policy");
});

test("Two leaves at one index are proved by promises and proofs", async () => {
  assert.equal(await judge(twoLeaves(kept, shown(others))), "proved");
  assert.equal(await judge(twoLeaves(shown(others), shown(leaves))), "proved");
  assert.equal(await judge(twoLeaves(kept, shown(leaves))), "not-proved");
  assert.equal(await judge({ ...twoLeaves(kept, shown(others)), index: 3 }), "not-proved");
  assert.equal(await judge(twoLeaves({ ...kept, leaf: b64(leaves[3]) }, shown(others))), "not-proved");
  assert.equal(await judge(twoLeaves({ ...kept, promise: promise(2, leaves.slice(2, 4), keyOf("foreign")) }, shown(others))), "not-proved");
});

test("A late promise is proved by witnesses who saw a smaller tree after the deadline", async () => {
  assert.equal(await judge(late([1001])), "proved");
  assert.equal(await judge(late([1000])), "not-proved");
  assert.equal(await judge(late([1001], leaves.slice(0, 4))), "not-proved");
  assert.equal(await judge(late([1001]), policy({ quorum: 2 })), "not-proved");
  assert.equal(await judge(late([1001]), policy({ witnesses: 0 })), "not-proved");
});

test("The accused is a log of the policy", async () => {
  const other = keyOf("foreign"), both = policy({ edit: { tlogPolicy: p => `log ${vkey(origin, 1, other)}\n${p}` } });
  assert.equal((await verifyFault(bytesOf(twoRoots(checkpoint(leaves, other), checkpoint(others, other))), both)).accused, origin);
  assert.equal(await judge(twoRoots(checkpoint(leaves, other), checkpoint(others)), both), "not-proved");
});

test("Faults of another kind are unsupported, of another form malformed", async () => {
  assert.equal(await judge({ mediaType: "text/plain", kind: 1 }), "unsupported");
  assert.equal(await judge({ mediaType, kind: "slow" }), "unsupported");
  assert.equal(await judge({ ...twoRoots(checkpoint(leaves), checkpoint(others)), more: 1 }), "malformed");
  assert.equal(await judge(twoRoots(checkpoint(leaves), "text")), "malformed");
  assert.equal(await judge({ mediaType, kind: "two-roots", checkpoints: [checkpoint(leaves)] }), "malformed");
  assert.equal(await judge(twoLeaves({ ...kept, path: ["AA=="] }, shown(others))), "malformed");
  assert.equal(await judge(twoLeaves({ ...kept, logProof: "" }, shown(others))), "malformed");
  assert.equal(await judge("{"), "malformed");
});
