import type { Bytes } from "../bytes.js";
import type { Policy } from "../policy.js";
import type { SettlementReport } from "./report.js";
/** Recomputes a settlement from its file (docs/spec/market.md, section 11): all but what only a fold of the journal shows. */
export declare function verifySettlement(bytes: Bytes, policy: Policy | null): Promise<SettlementReport>;
