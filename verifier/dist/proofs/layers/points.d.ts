import type { Line, Pool, TableLayer } from "../model.js";
import { type Shape } from "../shapes.js";
import type { Computed } from "./layer.js";
export declare function table(layer: TableLayer, input: Shape): Computed;
export declare function pool(layer: Pool, input: Shape): Computed;
export declare function line(layer: Line, input: Shape): Computed;
