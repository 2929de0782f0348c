import type { Concat, Reshape, Transpose } from "../model.js";
import { type Shape } from "../shapes.js";
import type { View } from "./layer.js";
export declare function reshape(layer: Reshape, input: Shape): View;
export declare function transpose(layer: Transpose, input: Shape): View;
export declare function concat(layer: Concat, inputs: readonly Shape[]): View;
