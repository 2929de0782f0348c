/* Settlement files (docs/spec/market.md, section 11). */
export { parseSettlement, settlementType, type Figures, type Settlement } from "./read.js";
export { figuresOf } from "./replay.js";
export { verifySettlement } from "./check.js";
export { settlementExitCodes, type SettlementReport } from "./report.js";
