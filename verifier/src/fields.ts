import { Malformed } from "./errors.js";
import { JsonObject, type Json } from "./json.js";
import { fromBase64, hash64 } from "./base64.js";
import { fromHex } from "./hex.js";
import type { Bytes } from "./bytes.js";

/* Readers of members: each gives the value in its type or throws Malformed, and says where. */

export function object(value: Json | undefined, what: string): JsonObject {
  if (!(value instanceof JsonObject)) throw new Malformed(`${what} is not an object`);
  return value;
}

/** An object with no members but these. */
export function only(value: Json | undefined, names: readonly string[], what: string): JsonObject {
  const members = object(value, what);
  for (const name of members.keys())
    if (!names.includes(name)) throw new Malformed(`${what} has an unknown member "${name.slice(0, 80)}"`);
  return members;
}

export function array(value: Json | undefined, what: string): Json[] {
  if (!Array.isArray(value)) throw new Malformed(`${what} is not an array`);
  return value;
}

export function string(value: Json | undefined, what: string): string {
  if (typeof value !== "string") throw new Malformed(`${what} is not a string`);
  return value;
}

export function integer(value: Json | undefined, what: string): bigint {
  if (typeof value !== "bigint") throw new Malformed(`${what} is not an integer from 0 to 2^53 - 1`);
  return value;
}

export function boolean(value: Json | undefined, what: string): boolean {
  if (typeof value !== "boolean") throw new Malformed(`${what} is not true or false`);
  return value;
}

/** 1 to 1,024 UTF-16 units without control characters. */
export function label(value: Json | undefined, what: string): string {
  const text = string(value, what);
  if (text.length < 1 || text.length > 1024 || /[\u0000-\u001f\u007f-\u009f]/.test(text))
    throw new Malformed(`${what} is not 1 to 1,024 characters without control characters`);
  return text;
}

export const digest = (value: Json | undefined, what: string): string => {
  const text = string(value, what);
  fromHex(text, 32, what);
  return text;
};

export const bytes64 = (value: Json | undefined, what: string): Bytes => fromBase64(string(value, what), what);
export const hash = (value: Json | undefined, what: string): Bytes => hash64(string(value, what), what);

/** At most 128 hashes in base64. */
export function path(value: Json | undefined, what: string): Bytes[] {
  const items = array(value, what);
  if (items.length > 128) throw new Malformed(`${what} has more than 128 hashes`);
  return items.map(i => hash(i, what));
}

/** YYYY-MM-DDTHH:MM:SS[.F]Z: one to seven digits F, a date of the Gregorian calendar from year 0001 on, no leap seconds. */
export function time(value: Json | undefined, what: string): string {
  const text = string(value, what);
  const found = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,7})?Z$/.exec(text);
  const [year, month, day, hour, minute, second] = (found ?? []).slice(1).map(Number) as number[];
  const leap = year! % 4 === 0 && (year! % 100 !== 0 || year! % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month! - 1] ?? 0;
  if (found === null || year! < 1 || day! < 1 || day! > days || hour! > 23 || minute! > 59 || second! > 59)
    throw new Malformed(`${what} is not a time of the form YYYY-MM-DDTHH:MM:SSZ`);
  return text;
}

/** A number in a text (a note, a proof): decimal without leading zeros, from 0 to 2^64 - 1. */
export function decimal(text: string, what: string): bigint {
  if (!/^(0|[1-9][0-9]{0,19})$/.test(text) || BigInt(text) >= 1n << 64n)
    throw new Malformed(`${what} is not a decimal number from 0 to 2^64 - 1`);
  return BigInt(text);
}
