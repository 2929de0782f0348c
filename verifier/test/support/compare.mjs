import { Malformed, parsePolicy, verify, verifyFault } from "../../dist/index.js";

/** What a report says that is specified: the verdict, and status and reason of every axis; sentences are not. */
export const essence = report => report.checks === undefined ? [JSON.stringify(report)] : [
  `verdict ${report.verdict}`, ...report.checks.map(c => `${c.axis} ${c.status} ${c.reason}`), `revocations ${report.revocations.map(r => `${r.action} ${r.index} ${r.from ?? ""}`)}`,
];

/** What this verifier says to a pair, in the form of the oracle. */
export async function judge(bundle, policy) {
  let parsed = null;
  try {
    if (policy !== null) parsed = parsePolicy(policy);
  } catch (error) {
    if (error instanceof Malformed) return { policy: "malformed" };
    throw error;
  }
  return verify(bundle, parsed);
}

/** The same for a fault file. */
export async function judgeFault(bytes, policy) {
  const { verdict, kind, accused } = await verifyFault(bytes, policy === null ? null : parsePolicy(policy));
  return { verdict, kind, accused };
}

/** The lines in which two reports differ. */
export function differences(here, there) {
  const a = essence(here), b = essence(there);
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i).filter(i => a[i] !== b[i]).map(i => `${a[i] ?? "(none)"} | C#: ${b[i] ?? "(none)"}`);
}
