import { readFileSync } from "node:fs";
import { parsePolicy } from "../../dist/index.js";
import { verifyPassport } from "../../dist/passports/index.js";
import { base64 } from "./data.mjs";
import { differing } from "./statetext.mjs";

/* Verifies a file of passports again (node passports.mjs FILE) and says where the reports differ: tests/Assay.Reliability.Tests asks. */

const essence = r => ({
  status: r.status, verdict: r.verdict, service: r.service, step: r.step, account: r.account,
  // How far a fold comes that does not end, and what is said of logs of which something does not hold, is each verifier's own.
  ...r.status !== "recomputed" ? {} : {
    state: r.recomputed.state, steps: r.recomputed.steps, time: r.recomputed.time, segments: r.recomputed.segments,
    logs: r.completeness.map(({ log, roles, size, shown, status, upTo, unmatchedDraws, trusted }) => ({ log, roles, size, shown, status, upTo, unmatchedDraws, trusted })),
  },
});

const cases = JSON.parse(readFileSync(process.argv[2], "utf8"));
let differences = 0;
for (const { what, file, policy, report } of cases) {
  const mine = await verifyPassport(base64(file), policy === undefined ? null : parsePolicy(base64(policy))), found = differing(essence(mine), essence(report));
  differences += found.length;
  if (found.length > 0) console.log(`${what}: ${found.slice(0, 4).join("; ")}; here ${mine.problem ?? JSON.stringify(mine.differences.slice(0, 2))}, there ${report.problem ?? JSON.stringify(report.differences.slice(0, 2))}`);
}
console.log(`${cases.length} passports, ${differences} differences`);
