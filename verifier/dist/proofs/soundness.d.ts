import type { Parameters } from "./model.js";
/** What a verifier has counted. */
export interface Counts {
    /** N + T */
    readonly leaves: number;
    /** d */
    readonly depth: number;
    /** Σ degree · rounds, but of tree and opening. */
    readonly sumchecks: number;
    /** Challenges of zerochecks and merges, one each. */
    readonly challenges: number;
    /** Distinct challenge coordinates in the row parts of all claims. */
    readonly rowCoordinates: number;
    /** m */
    readonly claims: number;
}
/** The numerator over |𝔽| of all terms but that of the queries. */
export declare function overField(c: Counts, { logColumns, logInverseRate }: Parameters): bigint;
/** C2. */
export declare function demandSoundness(counts: Counts, parameters: Parameters): void;
