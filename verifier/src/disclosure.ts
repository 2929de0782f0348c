import { Malformed } from "./errors.js";
import { concat, equal, u64be, type Bytes } from "./bytes.js";
import { array, bytes64, integer, object, only, path } from "./fields.js";
import { fromHex } from "./hex.js";
import { domain, expand32, hmac } from "./hmac.js";
import type { Json } from "./json.js";
import { headOfSpan, leafHash, treeHead } from "./merkle.js";
import { notChecked, refuted, unverifiable, verified, type Judgement } from "./report.js";
import { pieceLength, type Commitment, type OutputCommitment } from "./receipt.js";

export interface Opening {
  readonly salt: Bytes;
  readonly bytes: Bytes;
}

/** Pieces `first`, `first` + 1, ... of an output, each with its own salt. */
export interface Span {
  readonly first: bigint;
  readonly pieces: readonly Opening[];
  readonly path: readonly Bytes[];
}

export interface Disclosures {
  readonly input: Opening | null;
  readonly wireInput: Opening | null;
  readonly output: Opening | Span | null;
}

export function readDisclosures(value: Json | undefined): Disclosures {
  const what = "disclosures", m = only(value, ["input", "wireInput", "output"], what);
  const opening = (name: string) => m.has(name) ? readOpening(m.get(name), `${what}.${name}`) : null;
  return { input: opening("input"), wireInput: opening("wireInput"), output: m.has("output") ? readOutput(m.get("output"), `${what}.output`) : null };
}

function readOpening(value: Json | undefined, what: string): Opening {
  const m = only(value, ["salt", "bytes"], what), salt = bytes64(m.get("salt"), `${what}.salt`);
  if (salt.length !== 32) throw new Malformed(`${what}.salt has not 32 bytes`);
  return { salt, bytes: bytes64(m.get("bytes"), `${what}.bytes`) };
}

function readOutput(value: Json | undefined, what: string): Opening | Span {
  if (!object(value, what).has("pieces")) return readOpening(value, what);
  const m = only(value, ["first", "pieces", "path"], what), pieces = array(m.get("pieces"), `${what}.pieces`);
  if (pieces.length === 0) throw new Malformed(`${what}.pieces is empty`);
  return { first: integer(m.get("first"), `${what}.first`), pieces: pieces.map(p => readOpening(p, `${what}.pieces`)), path: path(m.get("path"), `${what}.path`) };
}

/** One of the two parts of the axis input. */
export function judgeInput(name: "input" | "wire-input", stated: Commitment | null, opening: Opening | null): Judgement {
  if (stated === null) return refuted("no-commitment", "the bundle discloses a wire input, and the statement commits to none");
  if (opening === null) return notChecked("withheld", `the ${name} is not disclosed`);
  const length = BigInt(opening.bytes.length);
  if (length !== stated.length) return refuted("length", `the ${name} has ${length} bytes, the statement says ${stated.length}`);
  const commitment = hmac(opening.salt, domain(`assay/${name}/v1`), u64be(length), opening.bytes);
  return equal(commitment, fromHex(stated.commitment, 32, "a commitment"))
    ? verified("opened", `the ${name} is what the statement commits to`)
    : refuted("commitment", `salt and bytes do not give the commitment to the ${name}`);
}

export function judgeOutput(stated: OutputCommitment, opening: Opening | Span | null): Judgement {
  if (opening === null) return notChecked("withheld", "the output is not disclosed");
  const commitment = fromHex(stated.commitment, 32, "a commitment");
  const wrong = refuted("commitment", "salt and bytes do not give the commitment to the output");
  if (!("pieces" in opening)) {
    const pieces = cut(opening.bytes, stated);
    if (pieces === null) return refuted("length", "the output has not the length, or the number of tokens, that the statement says");
    const leaves = pieces.map((p, i) => pieceLeaf(expand32(opening.salt, concat(domain("assay/output-salt/v1"), u64be(BigInt(i)))), BigInt(i), p, stated));
    return equal(treeHead(leaves), commitment) ? verified("opened", "the output is what the statement commits to") : wrong;
  }
  const { first, pieces, path } = opening, count = numberOfPieces(stated), end = first + BigInt(pieces.length);
  if (end > count || pieces.some((p, i) => !fits(p.bytes, first + BigInt(i), count, stated)))
    return refuted("length", "the span goes beyond the output, or a piece of it has not the length that its place demands");
  const head = headOfSpan(first, pieces.map((p, i) => pieceLeaf(p.salt, first + BigInt(i), p.bytes, stated)), count, path);
  if (head === null || !equal(head, commitment)) return wrong;
  const shown = `pieces ${first} to ${end - 1n} of ${count} are what the statement commits to`;
  if (first > 0n || end < count) return unverifiable("span", `${shown}; of the rest nothing can be said`);
  const total = pieces.reduce((sum, p) => sum + BigInt(p.bytes.length), 0n);
  return total === stated.length ? verified("opened", shown) : refuted("length", `the pieces have ${total} bytes together, the statement says ${stated.length}`);
}

const numberOfPieces = (stated: OutputCommitment): bigint => stated.tokens ?? (stated.length + pieceLength - 1n) / pieceLength;

function pieceLeaf(salt: Bytes, index: bigint, piece: Bytes, stated: OutputCommitment): Bytes {
  const name = stated.tokens === null ? "assay/output-piece/v1" : "assay/output-token/v1";
  return leafHash(hmac(salt, domain(name), u64be(index), u64be(BigInt(piece.length)), piece));
}

/** The pieces of a whole output; null if it has not the length or the number of tokens that the statement says. */
function cut(bytes: Bytes, stated: OutputCommitment): Bytes[] | null {
  if (BigInt(bytes.length) !== stated.length) return null;
  const pieces: Bytes[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = stated.tokens === null ? Math.min(Number(pieceLength), bytes.length - at) : tokenLength(bytes, at);
    if (length === null) return null;
    pieces.push(bytes.subarray(at, at += length));
  }
  return BigInt(pieces.length) === numberOfPieces(stated) ? pieces : null;
}

/** The length of the token that begins at `at`; null if none does, or it goes beyond the end. */
function tokenLength(bytes: Bytes, at: number): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (at + 12 > bytes.length) return null;
  const n = view.getUint32(at + 4);
  if (at + 12 + n > bytes.length) return null;
  const length = 12 + n + 4 * view.getUint32(at + 8 + n);
  return at + length <= bytes.length ? length : null;
}

function fits(piece: Bytes, index: bigint, count: bigint, stated: OutputCommitment): boolean {
  if (stated.tokens !== null) return tokenLength(piece, 0) === piece.length;
  const due = index + 1n < count ? pieceLength : stated.length - index * pieceLength;
  return BigInt(piece.length) === due;
}

/** The text of whole tokens, one after another. */
export function tokensOf(bytes: Bytes): Bytes {
  const texts: Bytes[] = [], view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0, length: number | null; at < bytes.length && (length = tokenLength(bytes, at)) !== null; at += length)
    texts.push(bytes.subarray(at + 8, at + 8 + view.getUint32(at + 4)));
  return concat(...texts);
}
