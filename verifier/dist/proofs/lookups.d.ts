import type { Known } from "./layers/layer.js";
import type { PlacedSection, PlacedTable } from "./plan.js";
import type { Claim } from "./relations.js";
import { type Messages } from "./transcript.js";
/** What they are about. */
export interface Lookups {
    readonly layers: readonly {
        readonly sections: readonly PlacedSection[];
    }[];
    readonly tables: readonly PlacedTable[];
    readonly depth: number;
}
/** Returns what was said of each layer's sections, and the claims about the witness. */
export declare function demandLookups(proof: Messages, { layers, tables, depth }: Lookups): {
    known: Known[][];
    claims: Claim[];
};
