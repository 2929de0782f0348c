import { ProofRefused } from "./refusal.js";
type Demands = Generator<void, void>;
export declare function atOnce(demands: Demands): ProofRefused | null;
/** A page stays alive meanwhile. */
export declare function byTurns(demands: Demands): Promise<ProofRefused | null>;
export {};
