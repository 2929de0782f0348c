import type { Softmax } from "../model.js";
import { type Shape } from "../shapes.js";
import type { Computed } from "./layer.js";
/** Softmax over the last axis (docs/spec/proofs-attention.md, section 2). */
export declare function softmax(layer: Softmax, shape: Shape, logRange: number): Computed;
