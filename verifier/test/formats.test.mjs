import { test } from "node:test";
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { Random } from "./support/random.mjs";
import { utf8 } from "./support/data.mjs";
import { parseJson } from "../dist/json.js";
import { fromBase64, toBase64 } from "../dist/base64.js";
import { decimal, label, time } from "../dist/fields.js";
import { sha256 } from "../dist/sha256.js";
import { hmac } from "../dist/hmac.js";
import { headOfSpan, includes, isConsistent, leafHash, treeHead } from "../dist/merkle.js";
import { consistency, head, inclusion, spanPath } from "./support/tree.mjs";
import { parseTlogPolicy, isQuorum } from "../dist/tlogpolicy.js";
import { parseSpki } from "../dist/keys.js";
import { keyOf, vkey } from "./support/signing.mjs";

const json = text => parseJson(typeof text === "string" ? utf8(text) : text, "test", 1 << 22);
const malformed = run => assert.throws(run, { name: "Malformed" });

test("SHA-256 and HMAC agree with the platform's on every length around the block", () => {
  const random = new Random(1);
  for (let n = 0; n < 200; n++) {
    const bytes = random.bytes(n);
    assert.deepEqual(Buffer.from(sha256(bytes)), createHash("sha256").update(bytes).digest());
    assert.deepEqual(Buffer.from(sha256(bytes.subarray(0, n >> 1), bytes.subarray(n >> 1))), createHash("sha256").update(bytes).digest());
    assert.deepEqual(Buffer.from(hmac(bytes, bytes)), createHmac("sha256", bytes).update(bytes).digest());
  }
  const large = random.bytes(300_001);
  assert.deepEqual(Buffer.from(sha256(large)), createHash("sha256").update(large).digest());
});

test("Strict JSON is read", () => {
  assert.equal(json(" 9007199254740991 "), 9007199254740991n);
  assert.deepEqual([...json('{"a":[1,true,null,"\\u00e9\\ud83d\\ude00\\n"],"":0}')], [["a", [1n, true, null, "\u00e9\u{1f600}\n"]], ["", 0n]]);
  assert.equal(json("[".repeat(32) + "]".repeat(32)).length, 1);
  assert.equal(json(`[${"0,".repeat(2 ** 20 - 2)}0]`).length, 2 ** 20 - 1);
  assert.ok(json('{"__proto__":{"a":1}}').has("__proto__"));
});

test("What is not strict JSON is refused", () => {
  for (const text of ["", " ", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "1 2", "nul", "tru", "'a'", "\"a", "\"\\x\"", "\"\\u12\"", "\"\u0001\"", "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}",
    "\"\\ud800\"", "\"\\udc00\\ud800\"", "{\"\\ud800\":1}", "01", "-1", "-0", "+1", "1.0", "1e3", "1E3", "9007199254740992", "99999999999999999999", ".5", "NaN", "\ufeff1", "//\n1", "1\u00a0",
    "[".repeat(33) + "]".repeat(33), `[${"0,".repeat(2 ** 20 - 1)}0]`, "{a:1}", "[1 2]", "]"]) malformed(() => json(text));
  malformed(() => json(Uint8Array.of(0x22, 0xff, 0x22)));
  malformed(() => json(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)));
  malformed(() => json(Uint8Array.of(0x22, 0xc0, 0xa2, 0x22)));
});

test("Base64 has one spelling", () => {
  const random = new Random(2);
  for (let n = 0; n < 50; n++) {
    const bytes = random.bytes(n);
    assert.equal(toBase64(bytes), bytes.toString("base64"));
    assert.deepEqual(Buffer.from(fromBase64(bytes.toString("base64"), "test")), bytes);
  }
  for (const text of ["A", "AA", "AAA", "AA=", "AB==", "AAB=", "A===", "====", "AAAA====", "AA==AAAA", "AA-_", "AA A", "AAAA\n", "AA\u00e9A", "=AAA"]) malformed(() => fromBase64(text, "test"));
});

test("Labels, times and decimal numbers have their bounds", () => {
  for (const good of ["a", "\u00e9 b", "x".repeat(1024)]) assert.equal(label(good, "test"), good);
  for (const bad of ["", "x".repeat(1025), "a\nb", "\u007f", "\u0085", 1n]) malformed(() => label(bad, "test"));
  for (const good of ["2024-02-29T23:59:59Z", "0001-01-01T00:00:00.1Z", "9999-12-31T00:00:00.1234567Z"]) assert.equal(time(good, "test"), good);
  for (const bad of ["2023-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "0000-01-01T00:00:00Z", "2024-13-01T00:00:00Z", "2024-04-31T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z",
    "2024-01-01T00:00:60Z", "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.12345678Z", "2024-01-01t00:00:00Z", "2024-01-01T00:00:00+00:00", "2024-01-01 00:00:00Z", "2024-00-10T00:00:00Z",
    "\u0662024-01-01T00:00:00Z", "2024-01-01T00:00:00Z\n"]) malformed(() => time(bad, "test"));
  assert.equal(decimal("18446744073709551615", "test"), 2n ** 64n - 1n);
  for (const bad of ["", "00", "01", "+1", "-1", "18446744073709551616", "1e3", " 1", "\u0661"]) malformed(() => decimal(bad, "test"));
});

test("Every proof of every small tree holds, and no other index, size or root", () => {
  const leaves = Array.from({ length: 20 }, (_, i) => leafHash(utf8(`${i}`)));
  for (let size = 1; size <= 20; size++) {
    const tree = leaves.slice(0, size), root = treeHead(tree);
    assert.deepEqual(Buffer.from(root), Buffer.from(head(tree)));
    for (let i = 0; i < size; i++) {
      const path = inclusion(tree, i);
      for (let j = 0; j <= size; j++) assert.equal(includes(BigInt(j), BigInt(size), leaves[i], path, root), i === j);
      assert.ok(!includes(BigInt(i), BigInt(size), leaves[i], [...path, root], root));
      assert.ok(path.length === 0 || !includes(BigInt(i), BigInt(size), leaves[i], path.slice(1), root));
      for (let n = 1; i + n <= size; n++) {
        const span = spanPath(tree, i, n), part = tree.slice(i, i + n);
        assert.deepEqual(Buffer.from(headOfSpan(BigInt(i), part, BigInt(size), span)), Buffer.from(root));
        assert.equal(headOfSpan(BigInt(i), part, BigInt(size), [...span, root]), null);
        if (span.length > 0) assert.equal(headOfSpan(BigInt(i), part, BigInt(size), span.slice(1)), null);
      }
    }
    for (let m = 1; m <= size; m++) {
      const path = consistency(tree, m), old = treeHead(tree.slice(0, m));
      for (let k = 0; k <= size + 1; k++) assert.equal(isConsistent(BigInt(k), old, BigInt(size), root, path), k === m, `${k} ${m} ${size}`);
      assert.ok(!isConsistent(BigInt(m), old, BigInt(size), root, [...path, root]));
    }
  }
});

const log = `log ${vkey("log.example", 1, keyOf("log"))}\n`, witness = n => `witness w${n} ${vkey(`w${n}.example`, 4, keyOf(`witness ${n}`))}\n`;

test("A policy of groups counts as it says", () => {
  const policy = parseTlogPolicy(`# comment\n\n \t${log}${[0, 1, 2, 3].map(witness).join("")}group a 2 w0 w1 w2\ngroup b any w3\ngroup c\tall a  b\nquorum c\n`, "test");
  const is = (...names) => isQuorum(policy.quorum, new Set(names.map(n => policy.witnesses[n].key.id)));
  assert.ok(is(0, 1, 3) && is(1, 2, 3) && is(0, 1, 2, 3));
  assert.ok(!is(0, 3) && !is(0, 1, 2) && !is());
});

test("A policy of another form is refused", () => {
  for (const text of ["", log, `${log}quorum w0\n`, `${log}quorum none\nquorum none\n`, `${log}${log}quorum none\n`, `${log}${witness(0)}${witness(0)}quorum none\n`, `${log}quorum none extra\n`,
    `${log}${witness(0)}group g 2 w0\nquorum g\n`, `${log}${witness(0)}group g 0 w0\nquorum g\n`, `${log}${witness(0)}group g any\nquorum g\n`, `${log}${witness(0)}group g any w0 w0\nquorum g\n`,
    `${log}${witness(0)}group g any w0\ngroup h any w0\nquorum g\n`, `${log}${witness(0)}group none any w0\nquorum none\n`, `${log}${witness(0)}group w0 any w0\nquorum w0\n`, `${log}group g any none\nquorum g\n`,
    `${log}quorum g\ngroup g any w0\n${witness(0)}`, `${log}unknown x\nquorum none\n`, `${log}quorum none\r\n`, `${log.replace("log ", "witness w ")}quorum none\n`, `log ${vkey("w.example", 4, keyOf("log"))}\nquorum none\n`])
    malformed(() => parseTlogPolicy(text, "test"));
});

test("Keys of another form, not canonical, of small order or not on the curve are malformed", () => {
  const prefix = Buffer.from("302a300506032b6570032100", "hex"), ed = raw => Buffer.concat([prefix, Buffer.from(raw, "hex")]);
  assert.equal(parseSpki(new Uint8Array(keyOf("a").spki), "test").algorithm, "ed25519");
  assert.equal(parseSpki(new Uint8Array(keyOf("a", "ecdsa-p256-sha256").spki), "test").algorithm, "ecdsa-p256-sha256");
  for (const raw of ["00".repeat(32), `01${"00".repeat(31)}`, `01${"00".repeat(30)}80`, `ec${"ff".repeat(30)}7f`, `ed${"ff".repeat(30)}7f`, "ff".repeat(32), "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"]) malformed(() => parseSpki(new Uint8Array(ed(raw)), "test"));
  const point = new Uint8Array(keyOf("a", "ecdsa-p256-sha256").spki);
  point[90] ^= 1;
  malformed(() => parseSpki(point, "test"));
  malformed(() => parseSpki(new Uint8Array(keyOf("a").spki).slice(0, 43), "test"));
});
