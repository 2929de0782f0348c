import { readFileSync } from "node:fs";
import { parsePolicy } from "../../dist/index.js";
import { verifySettlement } from "../../dist/settlements/index.js";
import { base64 } from "./data.mjs";
import { differing } from "./statetext.mjs";

/* Recomputes a file of settlements again (node settlements.mjs FILE) and says where the reports differ: tests/Assay.Market.Tests asks. */

const essence = r => ({
  status: r.status, verdict: r.verdict,
  ...r.status !== "recomputed" ? {} : {
    policy: r.policy, account: r.account, payout: r.payout, window: r.recomputed.window, triggered: r.recomputed.triggered, rate: r.recomputed.rate, recomputed: r.recomputed.payout,
    premiumBack: r.recomputed.premiumBack, journal: r.completeness.journal, entriesLeftOut: r.completeness.entriesLeftOut, stepsWithoutLook: r.completeness.stepsWithoutLook,
  },
});

const cases = JSON.parse(readFileSync(process.argv[2], "utf8"));
let differences = 0;
for (const { what, file, policy, report } of cases) {
  const { problem, differences: told, ...due } = report, mine = await verifySettlement(base64(file), parsePolicy(base64(policy))), found = differing(essence(mine), due);
  differences += found.length;
  if (found.length > 0) console.log(`${what}: ${found.slice(0, 4).join("; ")}; here ${mine.problem ?? JSON.stringify(mine.differences.slice(0, 2))}, there ${problem ?? JSON.stringify(told.slice(0, 2))}`);
}
console.log(`${cases.length} settlements, ${differences} differences`);
