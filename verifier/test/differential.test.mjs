import { test } from "node:test";
import assert from "node:assert/strict";
import { Random } from "./support/random.mjs";
import { Oracle, needsOracle } from "./support/oracle.mjs";
import { pair } from "./support/scenarios.mjs";
import { edges } from "./support/edges.mjs";
import { faultPair } from "./support/faults.mjs";
import { bytesOf, issue } from "./support/issuer.mjs";
import { differences, essence, judge, judgeFault } from "./support/compare.mjs";

/*
 * This verifier and the C# one, on the same bytes: the same verdict, the same status and reason on every axis. Each pair is made
 * from its number alone, so a disagreement can be made again: ASSAY_PAIR=N runs only that one.
 */

const pairs = process.env.ASSAY_PAIRS !== undefined ? Number(process.env.ASSAY_PAIRS) : process.env.ASSAY_FAST === "1" ? 2_000 : 20_000;
const atOnce = 32;

async function compare(oracle, name, { bundle, policy }, seen, here) {
  const [mine, there] = await Promise.all([here(bundle, policy), oracle.judge(bundle, policy)]);
  const verdict = essence(mine)[0];
  seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
  const found = differences(mine, there);
  return found.length === 0 ? [] : [`${name}: ${found.slice(0, 2).join("; ")}`];
}

async function compareAll(t, count, pairOf, here = judge, ...args) {
  const oracle = new Oracle(...args), seen = new Map(), found = [];
  t.after(() => oracle.end());
  for (let n = 0; n < count && found.length < 100; n += atOnce)
    found.push(...(await Promise.all(Array.from({ length: Math.min(atOnce, count - n) }, (_, i) => {
      const { name, ...made } = pairOf(n + i);
      return compare(oracle, name, made, seen, here);
    }))).flat());
  assert.deepEqual(found.slice(0, 40), []);
  return seen;
}

test("The two verifiers agree at the edges of the formats", needsOracle, async t => {
  const seen = await compareAll(t, edges.length, n => {
    const [name, options, rewrite] = edges[n], { bundle, policy } = issue(options);
    return { name, bundle: bytesOf(rewrite === null ? bundle : rewrite(JSON.stringify(bundle))), policy: bytesOf(policy) };
  });
  t.diagnostic(`${edges.length} pairs: ${JSON.stringify(Object.fromEntries(seen))}`);
});

test(`The two verifiers agree on ${pairs} valid and mutated pairs of bundle and policy`, needsOracle, async t => {
  const one = process.env.ASSAY_PAIR, from = one === undefined ? 0 : Number(one);
  const seen = await compareAll(t, one === undefined ? pairs : 1, n => {
    const made = pair(new Random((from + n) * 7919 + 1), from + n);
    return { name: `pair ${from + n} (${made.kind})`, ...made };
  });
  t.diagnostic(`${JSON.stringify(Object.fromEntries(seen))}`);
  // The pairs are worth something only if many of them get past the reading, and if every verdict is among them.
  if (one === undefined) for (const verdict of ["accepted", "rejected", "no-policy", "unsupported", "malformed"]) assert.ok(seen.get(`verdict ${verdict}`) > pairs / 200, `too few are ${verdict}`);
});

test("The two verifiers agree on valid and mutated fault files", needsOracle, async t => {
  const count = Math.ceil(pairs / 10);
  const seen = await compareAll(t, count, n => {
    const made = faultPair(new Random(n * 7919 + 2), n);
    return { name: `fault ${n} (${made.kind})`, ...made };
  }, judgeFault, "fault");
  t.diagnostic(`${count} faults: ${JSON.stringify(Object.fromEntries(seen))}`);
  assert.ok([...seen.keys()].filter(k => k.includes("\"proved\"")).length === 3, "every kind is proved by some");
});
