import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { clear, commitment, seedOf } from "../dist/market/auctions.js";

/* The list "auction" of docs/spec/market.vectors.json: the same that the C# is held to. */

const { auction: cases } = JSON.parse(readFileSync(new URL("../../docs/spec/market.vectors.json", import.meta.url), "utf8"));

test("auctions are cleared as the vectors say, in any order of arrival", () => {
  assert.ok(cases.length > 30);
  for (const [kind, number, auction, seed, price, lots, orders] of cases) {
    const said = orders.map(([, side, limit, size, salt, due]) => ({ side: side === 0 ? "buy" : "sell", price: BigInt(limit), lots: BigInt(size), salt, commitment: due }));
    orders.forEach(([by], i) => assert.equal(commitment(BigInt(by), BigInt(kind), BigInt(number), BigInt(auction), said[i]), said[i].commitment));
    assert.equal(seedOf(said.map(o => o.salt)), seed);
    const due = { price: BigInt(price), lots: BigInt(lots), fills: orders.map(o => BigInt(o[6])) };
    assert.deepEqual(clear(said, seed), due);
    assert.deepEqual(clear([...said].reverse(), seedOf(said.map(o => o.salt).reverse())), { ...due, fills: [...due.fills].reverse() });
  }
});
