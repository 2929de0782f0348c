/* What a program uses: see README.md. */
export { verify, verifyBundle } from "./verify.js";
export { parseBundle, bundleType } from "./bundle.js";
export { parsePolicy, policyType } from "./policy.js";
export { verifyFault, parseFault, faultType, faultExitCodes } from "./fault.js";
export { axes, exitCodes } from "./report.js";
export { CannotJudge, Malformed, Refused, Unsupported } from "./errors.js";
export { assayFetch, verifiedReceipt, ReceiptError } from "./fetch.js";
export { memoryKeeper } from "./keeper.js";
