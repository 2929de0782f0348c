/* What a program uses: see README.md. */
export { verify, verifyBundle, type Finding } from "./verify.js";
export type { ProofEvidence, ProofVerdict, ProofVerifier, ProvedRun, WeightsFooting } from "./evidence.js";
export { parseBundle, bundleType, type Bundle } from "./bundle.js";
export { parsePolicy, policyType, type Policy } from "./policy.js";
export { verifyFault, parseFault, faultType, faultExitCodes, type Fault, type FaultReport } from "./fault.js";
export { axes, exitCodes, type Axis, type Check, type Facts, type Report, type Revocation, type Status, type Verdict } from "./report.js";
export { CannotJudge, Malformed, Refused, Unsupported } from "./errors.js";
export { assayFetch, verifiedReceipt, ReceiptError, type FetchOptions, type ReceiptFault, type Verified } from "./fetch.js";
export { memoryKeeper, type Keeper } from "./keeper.js";
