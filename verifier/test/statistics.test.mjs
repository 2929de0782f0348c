import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as s from "../dist/statistics/index.js";

/* docs/spec/accounts.vectors.json: the same file that the C# is held to, digit for digit. */

const vectors = JSON.parse(readFileSync(new URL("../../docs/spec/accounts.vectors.json", import.meta.url), "utf8"));
const big = value => Array.isArray(value) ? value.map(big) : value === null || typeof value === "boolean" ? value : BigInt(value);
const counts = (passes, failures) => ({ passes: BigInt(passes), failures: BigInt(failures) });
const pair = c => [c.passes, c.failures];

/** Of a case, what goes in and what must come out. */
const functions = {
  ln: c => [s.ln(...big(c.slice(0, 2))), big(c[2])],
  exp: c => [s.exp(big(c[0])), big(c[1])],
  lnFactorial: c => [s.lnFactorial(big(c[0])), big(c[1])],
  wealth: ([j, q, p, f, due]) => [s.wealth(big(j), big(q), counts(p, f)), big(due)],
  proven: ([p, f, due]) => [s.proven(counts(p, f)), big(due)],
  band: ([p, f, ...due]) => [s.band(counts(p, f)), big(due)],
  withoutReplacement: ([n, p, f, ...due]) => [[...s.withoutReplacement(big(n), counts(p, f)), ...s.rateWithoutReplacement(big(n), counts(p, f))], big(due)],
  baseline: ([p, f, ...due]) => {
    const rate = s.baseline(counts(p, f));
    return [[rate, rate === null ? null : s.ratiosAbove(rate)], big(due)];
  },
  change: ([q, j, verdicts, ...due]) => {
    let state = j.map(() => 0n), alarm = null;
    [...verdicts].forEach((v, i) => {
      state = s.step(state, big(j), big(q), v === "1");
      if (s.alarms(state)) alarm ??= BigInt(i + 1);
    });
    return [[state, alarm], big(due)];
  },
  excess: ([q, p, f, due]) => [s.excess(big(q), counts(p, f)), big(due)],
  uptime: ([repair, calm, probes, ...due]) => {
    const u = s.foldUptime(big(repair), big(calm), big(probes));
    return [[pair(u.probes), pair(u.repairs), pair(u.calms)], big(due)];
  },
  forecast: ([closings, ...due]) => {
    let f = s.noForecast;
    const states = [f, ...closings.map(([time, p, n, alarm]) => f = s.close(f, big(time), counts(p, n), alarm))];
    const r = f.record;
    return [[states.map(s.expected), states.map(s.hazard), states.map(x => pair(s.remembered(x))), [...pair(r.verdicts), r.expectedFailures, r.score, r.plainScore]], big(due)];
  },
};

test("Every list of the vectors has its function here", () => assert.deepEqual(Object.keys(vectors).sort(), Object.keys(functions).sort()));

for (const [name, of] of Object.entries(functions))
  test(`The vectors of ${name}, digit for digit`, () => {
    assert.ok(vectors[name].length >= 4);
    for (const c of vectors[name]) {
      const [found, due] = of(c);
      assert.deepEqual(found, due, `${name} ${JSON.stringify(c).slice(0, 200)}`);
    }
  });

test("What cannot be computed is refused", () => {
  assert.throws(() => s.ln(0n, 1n), RangeError);
  assert.throws(() => s.exp((40n << 64n) + 1n), RangeError);
  assert.throws(() => s.lnFactorial(1n << 54n), RangeError);
  assert.throws(() => s.wealth([256n], 62_500n, counts(1, 1)), RangeError);
  assert.throws(() => s.withoutReplacement(3n, counts(2, 2)), RangeError);
});
