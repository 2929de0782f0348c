import type { Normalize } from "../model.js";
import { type Shape } from "../shapes.js";
import type { Computed } from "./layer.js";
/** Layer normalisation over the last axis (docs/spec/proofs-attention.md, section 3). */
export declare function normalize(layer: Normalize, shape: Shape, logRange: number): Computed;
