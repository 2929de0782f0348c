import { type Felt4 } from "./field.js";
import { type Point } from "./multilinear.js";
import type { Plan } from "./plan.js";
import { type CheckName } from "./refusal.js";
import { type Shape } from "./shapes.js";
import { type Reduced } from "./sumcheck.js";
import { type Messages } from "./transcript.js";
/** The value of a committed block's extension at a point, as the opening has to show it. */
export interface Claim {
    readonly matrix: "model" | "witness";
    readonly block: number;
    readonly point: Point;
    readonly value: Felt4;
}
/** The extension of a tensor's real places with `padding` everywhere else. */
export declare function publicAt(shape: Shape, values: Int8Array, padding: number, point: Point): Felt4;
/** What the relation of a layer reads and claims (section 6). */
export declare class Relations {
    #private;
    readonly proof: Messages;
    readonly plan: Plan;
    readonly input: Int8Array;
    readonly claims: Claim[];
    /** Σ degree · rounds of sumchecks, and other challenges: what the calculator counts. */
    degrees: number;
    challengeCount: number;
    constructor(proof: Messages, plan: Plan, input: Int8Array);
    /** Whose columns and weights are spoken of. */
    begin(layer: number): void;
    challenge(): Felt4;
    challenges(count: number): Felt4[];
    evaluations(count: number): Felt4[];
    sumcheck(claim: Felt4, rounds: number, degree: number): Reduced;
    demand(a: Felt4, b: Felt4, check: CheckName, what: string): void;
    /** A claim about the layer's weights or biases. */
    weight(part: number, point: Point, value: Felt4): void;
    /** A claim about a committed column of the layer, by its number among them. */
    column(part: number, point: Point, value: Felt4): void;
    /** A claim about a tensor: the public input, a layer's y, or what a view shows. */
    tensor(number: number, point: Point, value: Felt4): void;
    /** Σ over z of (x(before, z, behind) - shift) M(z) is the value. */
    gather(tensor: number, value: Felt4, at: {
        before: Point;
        log: number;
        behind: Point;
    }, shift: Felt4, m: (z: Felt4[]) => Felt4, check: CheckName): void;
    /** The public output against the last tensor. */
    output(output: Int8Array): void;
}
