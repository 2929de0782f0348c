import type { Average, Sum } from "../model.js";
import { type Shape } from "../shapes.js";
import type { Computed } from "./layer.js";
export declare function average(layer: Average, input: Shape, logRange: number): Computed;
export declare function sum(layer: Sum, a: Shape, b: Shape, logRange: number): Computed;
