import type { Conv, Dense } from "../model.js";
import { type Shape } from "../shapes.js";
import type { Computed } from "./layer.js";
export declare function dense(layer: Dense, input: Shape, logRange: number): Computed;
export declare function conv(layer: Conv, input: Shape, logRange: number): Computed;
