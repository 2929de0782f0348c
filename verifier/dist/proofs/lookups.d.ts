import type { Known } from "./layers/layer.js";
import type { Plan } from "./plan.js";
import type { Claim } from "./relations.js";
import { type Messages } from "./transcript.js";
/** Returns what was said of each layer's sections, and the claims about the witness. */
export declare function demandLookups(proof: Messages, { layers, tables, depth }: Plan): {
    known: Known[][];
    claims: Claim[];
};
