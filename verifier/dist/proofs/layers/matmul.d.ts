import type { MatMul } from "../model.js";
import { type Shape } from "../shapes.js";
import type { Computed } from "./layer.js";
/** Products of activations (docs/spec/proofs-attention.md, section 1). */
export declare function matmul(layer: MatMul, a: Shape, b: Shape, logRange: number): Computed;
