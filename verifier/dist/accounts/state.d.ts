import { type Bytes } from "../bytes.js";
import type { Account } from "./fold.js";
export declare const stateBytes: (a: Account) => Bytes;
/** The digest that an `account-epoch` names, in hex. */
export declare const stateDigest: (state: Bytes) => string;
