import { utf8, type Bytes } from "../bytes.js";

/* BLAKE3 ("One function, fast everywhere", O'Connor, Aumasson, Neves, Wilcox-O'Hearn 2020, section 2): hash, keyed hash, derived key, outputs of any length. */

const iv = Uint32Array.of(0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19);
const order = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8];
const chunkStart = 1, chunkEnd = 2, parent = 4, root = 8, keyed = 16, context = 32, material = 64;
const block = 64, chunk = 1024;

/** Which words of the message each round mixes. */
const schedule = Array.from({ length: 7 }).reduce<number[][]>(rounds => [...rounds, rounds.length === 0 ? order.map((_, i) => i) : order.map(i => rounds[rounds.length - 1]![i]!)], []);

const state = new Uint32Array(16);

function mix(a: number, b: number, c: number, d: number, x: number, y: number): void {
  const s = state;
  s[a] = s[a]! + s[b]! + x;
  let t = s[d]! ^ s[a]!;
  s[d] = t >>> 16 | t << 16;
  s[c] = s[c]! + s[d]!;
  t = s[b]! ^ s[c]!;
  s[b] = t >>> 12 | t << 20;
  s[a] = s[a]! + s[b]! + y;
  t = s[d]! ^ s[a]!;
  s[d] = t >>> 8 | t << 24;
  s[c] = s[c]! + s[d]!;
  t = s[b]! ^ s[c]!;
  s[b] = t >>> 7 | t << 25;
}

/** A node of the tree before it is compressed; only the last one is a root. */
interface Output {
  readonly cv: Uint32Array;
  readonly words: Uint32Array;
  readonly counter: number;
  readonly length: number;
  readonly flags: number;
}

/** The sixteen words of a compression: the first eight are the chaining value. */
function compress({ cv, words: m, length, flags }: Output, counter: number, more = 0): Uint32Array {
  state.set(cv);
  state.set(iv.subarray(0, 4), 8);
  state[12] = counter;
  state[13] = Math.floor(counter / 2 ** 32);
  state[14] = length;
  state[15] = flags | more;
  for (const s of schedule) {
    mix(0, 4, 8, 12, m[s[0]!]!, m[s[1]!]!);
    mix(1, 5, 9, 13, m[s[2]!]!, m[s[3]!]!);
    mix(2, 6, 10, 14, m[s[4]!]!, m[s[5]!]!);
    mix(3, 7, 11, 15, m[s[6]!]!, m[s[7]!]!);
    mix(0, 5, 10, 15, m[s[8]!]!, m[s[9]!]!);
    mix(1, 6, 11, 12, m[s[10]!]!, m[s[11]!]!);
    mix(2, 7, 8, 13, m[s[12]!]!, m[s[13]!]!);
    mix(3, 4, 9, 14, m[s[14]!]!, m[s[15]!]!);
  }
  const out = new Uint32Array(16);
  for (let i = 0; i < 8; i++) {
    out[i] = state[i]! ^ state[i + 8]!;
    out[i + 8] = state[i + 8]! ^ cv[i]!;
  }
  return out;
}

const chaining = (o: Output): Uint32Array => compress(o, o.counter).subarray(0, 8);

function wordsOf(bytes: Uint8Array, from: number, to: number): Uint32Array {
  const words = new Uint32Array(16);
  for (let i = from; i < to; i++) words[(i - from) >> 2]! |= bytes[i]! << 8 * ((i - from) & 3);
  return words;
}

function chunkOutput(bytes: Uint8Array, from: number, to: number, key: Uint32Array, counter: number, flags: number): Output {
  let cv = key, at = from, start = chunkStart;
  for (; to - at > block; at += block, start = 0)
    cv = chaining({ cv, words: wordsOf(bytes, at, at + block), counter, length: block, flags: flags | start });
  return { cv, words: wordsOf(bytes, at, to), counter, length: to - at, flags: flags | start | chunkEnd };
}

/** The left half of a tree has the largest power of two of chunks that leaves something to the right. */
function treeOutput(bytes: Uint8Array, from: number, to: number, key: Uint32Array, counter: number, flags: number): Output {
  if (to - from <= chunk) return chunkOutput(bytes, from, to, key, counter, flags);
  const chunks = Math.ceil((to - from) / chunk), left = 2 ** (31 - Math.clz32(chunks - 1)), middle = from + left * chunk;
  const words = new Uint32Array(16);
  words.set(chaining(treeOutput(bytes, from, middle, key, counter, flags)));
  words.set(chaining(treeOutput(bytes, middle, to, key, counter + left, flags)), 8);
  return { cv: key, words, counter: 0, length: block, flags: flags | parent };
}

function output(o: Output, length: number): Bytes {
  const out = new Uint8Array(length);
  for (let at = 0; at < length; at += block) {
    const words = compress(o, at / block, root);
    for (let i = 0; i < Math.min(block, length - at); i++) out[at + i] = words[i >> 2]! >>> 8 * (i & 3);
  }
  return out;
}

const keyWords = (key: Uint8Array): Uint32Array => wordsOf(key, 0, 32).slice(0, 8);

export const hash = (bytes: Uint8Array, length = 32): Bytes => output(treeOutput(bytes, 0, bytes.length, iv, 0, 0), length);

/** @param key 32 bytes */
export const keyedHash = (key: Uint8Array, bytes: Uint8Array, length = 32): Bytes => output(treeOutput(bytes, 0, bytes.length, keyWords(key), 0, keyed), length);

export function deriveKey(name: string, bytes: Uint8Array = new Uint8Array(0), length = 32): Bytes {
  const named = utf8(name), key = output(treeOutput(named, 0, named.length, iv, 0, context), 32);
  return output(treeOutput(bytes, 0, bytes.length, keyWords(key), 0, material), length);
}
