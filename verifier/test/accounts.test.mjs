import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Log } from "../dist/accounts/index.js";
import { readAuditEvent } from "../dist/accounts/events.js";
import { knownEventTypes } from "../dist/events.js";
import { readStatement } from "../dist/statement.js";
import { base64, utf8 } from "./support/data.mjs";
import { Random } from "./support/random.mjs";
import { compare, entriesOf } from "./support/histories.mjs";

/* docs/spec/vectors/audits: whole logs that this fold and the C# one, which made them, must fold to the same bytes. */

const vectors = name => JSON.parse(readFileSync(new URL(`../../docs/spec/vectors/audits/${name}.json`, import.meta.url), "utf8"));

for (const history of vectors("accounts"))
  test(`History: ${history.what}`, async () => assert.deepEqual(await compare(history), []));

test("Entries that may stand where they are, and entries that are refused", async () => {
  const { logs, cases } = vectors("entries"), found = [];
  for (const { what, log, entry, reason } of cases) {
    const read = new Log();
    for (const before of entriesOf(logs[log])) await read.append(before);
    const size = read.size, error = await read.append(base64(entry)).then(() => null, e => e);
    const mine = error === null ? null : error.name.toLowerCase();
    if (mine !== reason) found.push(`${what}: ${mine} (${error?.message}), not ${reason}`);
    assert.equal(read.size, error === null ? size + 1 : size);
  }
  assert.deepEqual(found, []);
});

test("Damaged statements of audits are malformed, unsupported, or statements", () => {
  const random = new Random(11), statements = vectors("events").map(e => e.statement), seen = new Map(), rounds = process.env.ASSAY_FAST === "1" ? 5_000 : 50_000;
  const snippets = ["0", "-1", "9007199254740992", "1e3", "null", "[]", "{}", "\"\"", "\"r\"", "d", ",", "\"", "\\u0000", "["];
  for (let round = 0; round < rounds; round++) {
    let text = random.pick(statements);
    for (let n = 1 + random.below(3); n > 0; n--) {
      const at = random.below(text.length), cut = random.below(random.chance(4) ? 40 : 3);
      text = text.slice(0, at) + (random.chance(3) ? "" : random.pick(snippets)) + text.slice(at + cut);
    }
    let outcome = "read";
    try {
      readAuditEvent(readStatement(utf8(text), knownEventTypes, "sha256", "the event"));
    } catch (error) {
      outcome = error.name;
      assert.ok(outcome === "Malformed" || outcome === "Unsupported", `${error.stack}\n${text}`);
      assert.doesNotMatch(error.message, /\n/);
    }
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
  }
  for (const outcome of ["read", "Malformed", "Unsupported"]) assert.ok(seen.get(outcome) > rounds / 1000, `${outcome}: ${seen.get(outcome)}`);
});
