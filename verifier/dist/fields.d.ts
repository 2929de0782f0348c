import { JsonObject, type Json } from "./json.js";
import type { Bytes } from "./bytes.js";
export declare function object(value: Json | undefined, what: string): JsonObject;
/** An object with no members but these. */
export declare function only(value: Json | undefined, names: readonly string[], what: string): JsonObject;
export declare function array(value: Json | undefined, what: string): Json[];
export declare function string(value: Json | undefined, what: string): string;
export declare function integer(value: Json | undefined, what: string): bigint;
export declare function boolean(value: Json | undefined, what: string): boolean;
/** 1 to 1,024 UTF-16 units without control characters. */
export declare function label(value: Json | undefined, what: string): string;
export declare const digest: (value: Json | undefined, what: string) => string;
export declare const bytes64: (value: Json | undefined, what: string) => Bytes;
export declare const hash: (value: Json | undefined, what: string) => Bytes;
/** At most 128 hashes in base64. */
export declare function path(value: Json | undefined, what: string): Bytes[];
/** YYYY-MM-DDTHH:MM:SS[.F]Z: one to seven digits F, a date of the Gregorian calendar from year 0001 on, no leap seconds. */
export declare function time(value: Json | undefined, what: string): string;
/** A number in a text (a note, a proof): decimal without leading zeros, from 0 to 2^64 - 1. */
export declare function decimal(text: string, what: string): bigint;
