import type { EpochEvent } from "../events.js";
import type { ServingKey } from "./servingkey.js";
/** Whether an epoch's index is that of the serving keys (docs/spec/receipt.md, Epochs): derived again from the entries. */
export declare function isIndexOf(event: EpochEvent, keys: ReadonlyMap<string, ServingKey>): boolean;
