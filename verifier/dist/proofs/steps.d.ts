import type { LayerPlan } from "./layers/layer.js";
import { type Model } from "./model.js";
import { type Shape } from "./shapes.js";
/** Whether the steps of a model are at most 2^25. */
export declare function areFew({ layers, parameters: { logColumns } }: Model, kinds: readonly LayerPlan[], shapes: readonly Shape[]): boolean;
