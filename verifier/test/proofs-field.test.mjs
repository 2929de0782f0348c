import { test } from "node:test";
import assert from "node:assert/strict";
import { deriveKey, hash, keyedHash } from "../dist/proofs/blake3.js";
import { add, inverse, mul, mul4, p, power, rootOfUnity, sub } from "../dist/proofs/field.js";
import { eq, eqAll, eqAt, evaluateIndex } from "../dist/proofs/multilinear.js";
import { pack } from "../dist/proofs/shapes.js";
import { interpolate } from "../dist/proofs/sumcheck.js";
import { groupTable, intervals } from "../dist/proofs/tables.js";
import { jsonOf, needs } from "./support/data.mjs";
import { Random } from "./support/random.mjs";

/* What proofs are made of: hash, field, polynomials, tables. */

const toHex = bytes => Buffer.from(bytes).toString("hex"), message = length => Uint8Array.from({ length }, (_, i) => i % 251);
const random = new Random(3), element = () => random.below(p), element4 = () => [element(), element(), element(), element()];

test("BLAKE3 gives the known hashes", () => {
  assert.equal(toHex(hash(new Uint8Array(0))), "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262");
  assert.equal(toHex(hash(Buffer.from("abc"))), "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85");
});

test("BLAKE3 holds to its published vectors", needs("crypto/blake3_test_vectors.json"), () => {
  const vectors = jsonOf("crypto/blake3_test_vectors.json"), key = Buffer.from(vectors.key);
  assert.equal(vectors.cases.length, 35);
  for (const { input_len: length, hash: plain, keyed_hash: keyed, derive_key: derived } of vectors.cases) {
    const bytes = message(length), long = plain.length / 2;
    assert.deepEqual([toHex(hash(bytes, long)), toHex(keyedHash(key, bytes, long)), toHex(deriveKey(vectors.context_string, bytes, long))], [plain, keyed, derived], `length ${length}`);
    assert.equal(toHex(hash(bytes)), plain.slice(0, 64));
  }
});

test("Products are exact at the edges of the field and inside", () => {
  const edges = [0, 1, 2, 3, p - 1, p - 2, 2 ** 24, 2 ** 24 - 1, 2 ** 30, (p - 1) / 2, (p + 1) / 2, 65535, 65536];
  const check = (a, b) => {
    assert.equal(mul(a, b), Number(BigInt(a) * BigInt(b) % BigInt(p)), `${a} · ${b}`);
    assert.equal(add(a, b), (a + b) % p);
    assert.equal(sub(a, b), (a - b + p) % p);
  };
  for (const a of edges) for (const b of edges) check(a, b);
  for (let i = 0; i < 100_000; i++) check(element(), element());
  // Products just below and above a multiple of p, where the quotient in floating point may be one off.
  for (let i = 0; i < 20_000; i++) {
    const a = 1 + random.below(p - 1), b = inverse(a);
    for (const near of [b, add(b, 1), sub(b, 1), sub(0, b)]) check(a, near);
  }
});

test("The extension multiplies as polynomials modulo X^4 - 3", () => {
  for (let i = 0; i < 2000; i++) {
    const a = i === 0 ? [p - 1, p - 1, p - 1, p - 1] : element4(), b = i < 2 ? [p - 1, p - 1, p - 1, p - 1] : element4(), c = [0n, 0n, 0n, 0n];
    for (let j = 0; j < 4; j++) for (let k = 0; k < 4; k++) c[(j + k) % 4] += (j + k >= 4 ? 3n : 1n) * BigInt(a[j]) * BigInt(b[k]);
    assert.deepEqual(mul4(a, b), c.map(x => Number(x % BigInt(p))));
  }
});

test("Roots of unity have their order", () => {
  assert.equal(rootOfUnity(2 ** 24), 0x6ac49f88);
  for (const log of [1, 5, 17, 24]) {
    assert.equal(power(rootOfUnity(2 ** log), 2 ** (log - 1)), p - 1);
    assert.equal(power(rootOfUnity(2 ** log), 2 ** log), 1);
  }
});

test("Extensions are the values at the corners and multilinear between", () => {
  const point = [element4(), element4(), element4()], table = eqAll(point), bits = [[1, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 0]];
  assert.deepEqual(table[5], eqAt(point, 5));
  assert.deepEqual(table[5], eq(point, bits));
  assert.deepEqual(table.reduce((sum, x) => x.map((c, i) => add(c, sum[i])), [0, 0, 0, 0]), [1, 0, 0, 0]);
  assert.deepEqual(evaluateIndex(bits), [5, 0, 0, 0]);
});

test("A round's polynomial has the values that made it", () => {
  for (let degree = 1; degree <= 5; degree++) {
    const coefficients = Array.from({ length: degree + 1 }, element4), at = x => coefficients.reduceRight((sum, c) => mul4(sum, x).map((v, i) => add(v, c[i])), [0, 0, 0, 0]);
    const x = element4();
    assert.deepEqual(interpolate(Array.from({ length: degree + 1 }, (_, i) => at([i, 0, 0, 0])), x), at(x));
  }
});

test("Intervals are all accumulators, each with the activation that the function gives it", () => {
  const shifted = (acc, { multiplier: m, shift: s, zeroPoint }) => BigInt(zeroPoint) + ((BigInt(acc) * BigInt(m) + (1n << BigInt(s - 1))) >> BigInt(s));
  for (let round = 0; round < 60; round++) {
    const low = -128 + random.below(200), high = Math.min(127, low + random.below(200)), table = round % 2 === 0 ? null : Array.from({ length: 256 }, () => random.below(4) - 2);
    const group = { multiplier: 1 + random.below(2 ** 15 - 1), shift: 1 + random.below(22), zeroPoint: random.below(256) - 128, low, high, table }, bound = random.below(6000), found = intervals(group, bound, 8);
    assert.equal(groupTable(group, bound, 8).log(), Math.ceil(Math.log2(found.length)));
    let next = -bound;
    for (const { output, low: from, high: to } of found) {
      assert.equal(from, next);
      assert.ok(to >= from && to - from < 256);
      for (const acc of [from, to, Math.floor((from + to) / 2)]) {
        const scaled = shifted(acc, group), y = Number(scaled < BigInt(low) ? BigInt(low) : scaled > BigInt(high) ? BigInt(high) : scaled);
        assert.equal(output, table === null ? y : table[y + 128]);
      }
      next = to + 1;
    }
    assert.equal(next, bound + 1);
  }
});

test("Blocks are packed the largest first, and those of one size in order", () => {
  assert.deepEqual(pack([2, 4, 2, 0, 4]), { at: [32, 0, 36, 40, 16], total: 41 });
});
