import { type Statement } from "../statement.js";
/** Testimony about an endpoint (docs/spec/audits.md, section 6): read, and not folded. */
export interface Observations {
    readonly kind: "observations";
    readonly origin: string;
    readonly service: string;
    readonly oracle: string;
    readonly task: string;
}
export declare function readObservations(statement: Statement): Observations;
