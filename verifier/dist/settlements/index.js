/* Settlement files (docs/spec/market.md, section 11). */
export { parseSettlement, settlementType } from "./read.js";
export { figuresOf } from "./replay.js";
export { verifySettlement } from "./check.js";
export { settlementExitCodes } from "./report.js";
