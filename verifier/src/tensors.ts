import { Malformed } from "./errors.js";
import { text, utf8, equal, type Bytes } from "./bytes.js";
import { saysFloat32 } from "./floats.js";

/* The encoding of docs/spec/tensors.md, and whether what a JSON answer says is what it holds. */

export interface Tensor {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  readonly data: Bytes;
}

type Element = { readonly json: string; readonly size: number; readonly read: (view: DataView, at: number) => number | bigint; readonly holds?: (byte: number) => boolean };

/** A float of sixteen bits with this many of mantissa: binary16 has ten, bfloat16 seven. */
function small(bits: number, mantissa: number): number {
  const exponentBits = 15 - mantissa, bias = (1 << (exponentBits - 1)) - 1;
  const sign = bits >> 15 ? -1 : 1, exponent = (bits >> mantissa) & ((1 << exponentBits) - 1), fraction = bits & ((1 << mantissa) - 1);
  if (exponent === (1 << exponentBits) - 1) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias - mantissa) : sign * (1 + fraction / 2 ** mantissa) * 2 ** (exponent - bias);
}

/** A float of eight or four bits (docs/spec/assay-f32-v1.md, 1.8): `greatest` is its greatest code without sign, `nan` the only NaN where there is no -0. */
function smaller(code: number, bits: number, mantissa: number, bias: number, greatest: number, infinity?: number, nan?: number): number {
  const negative = (code >> (bits - 1)) === 1, magnitude = code & ((1 << (bits - 1)) - 1);
  if (code === nan || magnitude > greatest) return magnitude === infinity ? (negative ? -Infinity : Infinity) : NaN;
  const exponent = magnitude >> mantissa, fraction = (magnitude & ((1 << mantissa) - 1)) / 2 ** mantissa;
  const value = exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias);
  return negative ? -value : value;
}

const elements: Readonly<Record<string, Element>> = {
  float32: { json: "FP32", size: 4, read: (v, at) => v.getFloat32(at, true) },
  float64: { json: "FP64", size: 8, read: (v, at) => v.getFloat64(at, true) },
  float16: { json: "FP16", size: 2, read: (v, at) => small(v.getUint16(at, true), 10) },
  bfloat16: { json: "BF16", size: 2, read: (v, at) => small(v.getUint16(at, true), 7) },
  int8: { json: "INT8", size: 1, read: (v, at) => BigInt(v.getInt8(at)) },
  int16: { json: "INT16", size: 2, read: (v, at) => BigInt(v.getInt16(at, true)) },
  int32: { json: "INT32", size: 4, read: (v, at) => BigInt(v.getInt32(at, true)) },
  int64: { json: "INT64", size: 8, read: (v, at) => v.getBigInt64(at, true) },
  uint8: { json: "UINT8", size: 1, read: (v, at) => BigInt(v.getUint8(at)) },
  uint16: { json: "UINT16", size: 2, read: (v, at) => BigInt(v.getUint16(at, true)) },
  uint32: { json: "UINT32", size: 4, read: (v, at) => BigInt(v.getUint32(at, true)) },
  uint64: { json: "UINT64", size: 8, read: (v, at) => v.getBigUint64(at, true) },
  bool: { json: "BOOL", size: 1, read: (v, at) => v.getUint8(at), holds: b => b <= 1 },
  float8e4m3fn: { json: "FP8E4M3FN", size: 1, read: (v, at) => smaller(v.getUint8(at), 8, 3, 7, 0x7e) },
  float8e4m3fnuz: { json: "FP8E4M3FNUZ", size: 1, read: (v, at) => smaller(v.getUint8(at), 8, 3, 8, 0x7f, undefined, 0x80) },
  float8e5m2: { json: "FP8E5M2", size: 1, read: (v, at) => smaller(v.getUint8(at), 8, 2, 15, 0x7b, 0x7c) },
  float8e5m2fnuz: { json: "FP8E5M2FNUZ", size: 1, read: (v, at) => smaller(v.getUint8(at), 8, 2, 16, 0x7f, undefined, 0x80) },
  float8e8m0: { json: "FP8E8M0", size: 1, read: (v, at) => v.getUint8(at) === 0xff ? NaN : 2 ** (v.getUint8(at) - 127) },
  float4e2m1: { json: "FP4E2M1", size: 1, read: (v, at) => smaller(v.getUint8(at), 4, 1, 1, 7), holds: b => b <= 15 },
  int4: { json: "INT4", size: 1, read: (v, at) => BigInt(v.getInt8(at)), holds: b => b <= 7 || b >= 0xf8 },
  uint4: { json: "UINT4", size: 1, read: (v, at) => BigInt(v.getUint8(at)), holds: b => b <= 15 },
  int2: { json: "INT2", size: 1, read: (v, at) => BigInt(v.getInt8(at)), holds: b => b <= 1 || b >= 0xfe },
  uint2: { json: "UINT2", size: 1, read: (v, at) => BigInt(v.getUint8(at)), holds: b => b <= 3 },
};

const domain = utf8("assay/tensors/v1\n"), maxProduct = 2 ** 31 - 1;

/** Reads the one encoding of a list of tensors; whatever the encoder does not make is malformed. */
export function readTensors(bytes: Bytes): Tensor[] {
  const bad = (why: string) => new Malformed(`not tensors: ${why}`), view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const number = (most: number): number => {
    if (at + 8 > bytes.length) throw bad("they end too early");
    const n = view.getBigUint64(at);
    at += 8;
    if (n > BigInt(most)) throw bad(`a number above ${most}`);
    return Number(n);
  };
  const part = (most: number): Bytes => {
    const length = number(Math.min(most, bytes.length - at));
    if (at + length > bytes.length) throw bad("they end too early");
    return bytes.subarray(at, at += length);
  };

  if (!equal(bytes.subarray(0, domain.length), domain)) throw bad("another beginning");
  at = domain.length;
  const tensors = Array.from({ length: number(4096) }, (): Tensor => {
    const name = text(part(16_384), "the name of a tensor"), type = text(part(16), "the type of a tensor"), element = Object.hasOwn(elements, type) ? elements[type] : undefined;
    if (element === undefined) throw bad("an unknown type");
    const shape = Array.from({ length: number(16) }, () => number(maxProduct));
    if (shape.filter(d => d !== 0).reduce((a, b) => a * b, 1) > maxProduct) throw bad("a shape that is too large");
    const data = part(bytes.length), count = shape.reduce((a, b) => a * b, 1);
    const { holds } = element;
    if (data.length !== count * element.size || (holds && data.some(b => !holds(b)))) throw bad("data of another length than the shape's, or a byte that no element of the type is");
    return { name, type, shape, data };
  });
  if (at !== bytes.length || new Set(tensors.map(t => t.name)).size !== tensors.length) throw bad("bytes after the last, or a name twice");
  return tensors;
}

const marked = "\u0000";

/** JSON whose numbers are kept as they are written: as texts that begin with U+0000, which no other text may hold. */
export function parseExact(json: string): unknown {
  if (/\\u0000/.test(json)) throw new Malformed("the JSON holds U+0000");
  return JSON.parse(json.replace(/("(?:[^"\\]|\\.)*")|(-?\d[\d.eE+-]*)/g, (_, quoted: string | undefined, n: string) => {
    if (quoted !== undefined) return quoted;
    if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(n)) throw new Malformed("the JSON holds a number that is none");
    return `"\\u0000${n}"`;
  }));
}

/**
 * Whether a tensor of an Open Inference Protocol message (of parseExact) says the same name, type, shape and elements. NaN is one.
 * `exactly`: flat, or nested as the shape says, so that whoever reads `data[i][j]` gets that element; else nested in any way.
 */
export function isSame(tensor: Tensor, said: unknown, exactly = true): boolean {
  const { name, datatype, shape, data } = said as { name?: unknown; datatype?: unknown; shape?: unknown; data?: unknown };
  const element = elements[tensor.type]!;
  if (name !== tensor.name || datatype !== element.json || !Array.isArray(shape) || !Array.isArray(data)) return false;
  if (shape.length !== tensor.shape.length || shape.some((d, i) => d !== `${marked}${tensor.shape[i]}`)) return false;
  if (exactly && data.some(Array.isArray) && !isNested(data, tensor.shape)) return false;
  const flat = data.flat(16) as unknown[], view = new DataView(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  return flat.length * element.size === tensor.data.length && flat.every((v, i) => isElement(tensor.type, element.read(view, i * element.size), v, view, i));
}

const isNested = (data: unknown, [extent, ...inner]: readonly number[]): boolean =>
  extent === undefined ? !Array.isArray(data) : Array.isArray(data) && data.length === extent && data.every(item => isNested(item, inner));

function isElement(type: string, value: number | bigint, said: unknown, view: DataView, index: number): boolean {
  if (type === "bool") return said === (value === 1);
  if (typeof said !== "string") return false;
  if (typeof value === "bigint") return /^\u0000-?\d+$/.test(said) && BigInt(said.slice(1)) === value;
  if (!Number.isFinite(value)) return said === String(value);
  if (!said.startsWith(marked)) return false;
  if (type === "float32") return saysFloat32(said.slice(1), value);
  const number = Number(said.slice(1));
  if (type === "float64") return Object.is(number, value);
  // Of sixteen bits: the number that is said lies nearer to this element than to its neighbours.
  const bits = view.getUint16(2 * index, true), mantissa = type === "float16" ? 10 : 7;
  const neighbours = [bits - 1, bits + 1].filter(b => b >> 15 === bits >> 15 && b >= 0).map(b => small(b, mantissa)).filter(Number.isFinite);
  return Object.is(Math.sign(number), Math.sign(value)) && neighbours.every(n => Math.abs(number - value) < Math.abs(number - n));
}
