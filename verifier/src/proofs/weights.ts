import { concat, equal, utf8 } from "../bytes.js";
import { Malformed } from "../errors.js";
import type { Commitment } from "./commitment.js";
import { add4, equal4, lift, mul4, one, scale4, sub4, zero, type Felt4 } from "./field.js";
import { beginning, i32le } from "./header.js";
import { demandLookups, type Lookups } from "./lookups.js";
import type { Model } from "./model.js";
import { bitsOf, logOf } from "./multilinear.js";
import { demandOpening, openingOf, rowCoordinates } from "./opening.js";
import { demandSizes, layersOf, type PlacedSection } from "./plan.js";
import { demand, type ProofRefused } from "./refusal.js";
import type { Claim } from "./relations.js";
import { axisOf, logSize, pack, split, type Layout, type Shape } from "./shapes.js";
import { demandSoundness } from "./soundness.js";
import type { Columns } from "./tables.js";
import { Messages, tags, Transcript } from "./transcript.js";
import { atOnce, byTurns } from "./turns.js";

/* The proof about a model's matrix (section 10): weights are of eight bits, biases within their bounds, padding zero. */

/** Equal pieces of a block of weights, or a block of biases. */
export interface Piece {
  /** Real and padded places of the whole block. */
  readonly shape: Shape;
  /** It has 2^log places, from number · 2^log of its block on. */
  readonly log: number;
  readonly number: number;
  /** Where it begins in the model's matrix. */
  readonly at: number;
  /** β of biases, null of weights. */
  readonly bound: number | null;
}

const magic = utf8("ASYW"), mostBias = 2 ** 27 - 1, logPiece = 20, logLimb = 14, mostLeaves = 2 ** 22 - 2 ** 15, weightTag = 1, paddingTag = 2;

const leavesOf = ({ log, bound }: Piece): number => (bound === null ? 1 : 5) * 2 ** log;

function* pieces({ layers }: Model, shapes: readonly Shape[], { at }: Layout): Generator<Piece, void> {
  let block = 0;
  for (const layer of layers) {
    if (layer.kind !== "dense" && layer.kind !== "conv") continue;
    const from = shapes[layer.input]!, inner = layer.kind === "dense" ? from.at(-1)!.size : (layer.depthwise ? 1 : from[1]!.size) * layer.kernelRows * layer.kernelColumns;
    const shape = [axisOf(layer.outputs), axisOf(inner)], log = Math.min(logSize(shape), logPiece), first = at[block++]!;
    for (let number = 0; number < 2 ** (logSize(shape) - log); number++) yield { shape, log, number, at: first + number * 2 ** log, bound: null };
    yield { shape: shape.slice(0, 1), log: shape[0]!.log, number: 0, at: at[block++]!, bound: layer.biasBound };
  }
}

/** What each of the parts is about, made when it is asked for. Throws Malformed. */
export function* partsOf(model: Model, shapes: readonly Shape[], weights: Layout): Generator<Piece[], void> {
  for (const [i, layer] of model.layers.entries())
    if ((layer.kind === "dense" || layer.kind === "conv") && layer.biasBound > mostBias) throw new Malformed(`a layer of a proof: biases of layer ${i} up to ${layer.biasBound}`);
  let part: Piece[] = [], leaves = 0;
  for (const piece of pieces(model, shapes, weights)) {
    if (leaves + leavesOf(piece) > mostLeaves) {
      yield part;
      [part, leaves] = [[], 0];
    }
    part.push(piece);
    leaves += leavesOf(piece);
  }
  yield part;
}

/** The extension of "a number is below n": bit by bit from the highest, what is surely below and what is undecided. */
function below(n: number, point: readonly Felt4[]): Felt4 {
  if (n === 2 ** point.length) return one;
  let surely = zero, undecided = one;
  for (const [i, x] of point.entries()) {
    const low = mul4(undecided, sub4(one, x));
    if (Math.floor(n / 2 ** (point.length - 1 - i)) % 2 === 1) [surely, undecided] = [add4(surely, low), mul4(undecided, x)];
    else undecided = low;
  }
  return surely;
}

/** The extension of 1 where a piece is padded and 0 where it is real. */
export function paddedAt({ shape, log, number }: Piece, point: readonly Felt4[]): Felt4 {
  const whole = [...bitsOf(number, logSize(shape) - log), ...point];
  return sub4(one, split(shape, whole).reduce((product, axis, i) => mul4(product, below(shape[i]!.size, axis)), one));
}

const listed = (rows: readonly number[]): Columns => [Uint32Array.from(rows), new Uint32Array(rows.length), new Uint32Array(rows.length)];

/** -127 to 127, the last one twice; then 0. */
const tables: readonly (Columns | null)[] = [null, listed(Array.from({ length: 256 }, (_, i) => lift(Math.min(i, 254) - 127)[0])), listed([0])], tableLogs = [logLimb, 8, 0];

/** Lookups, and where the blocks stand in the witness: the three multiplicities, then the limbs of each piece of biases. */
function planOf(part: readonly Piece[]): Lookups & { leafCount: number; witness: Layout } {
  const looked = part.map(piece => new Array<number>(piece.bound === null ? 1 : 5).fill(piece.log));
  const leaves = pack([...looked.flat(), ...tableLogs]);
  let leaf = 0;
  const sections = part.map((piece, i): PlacedSection => {
    const padded = (point: readonly Felt4[]) => paddedAt(piece, point), blocks = looked[i]!.map(log => ({ log, at: leaves.at[leaf++]! }));
    return piece.bound === null
      ? { log: piece.log, committed: [true], lookups: [([w], point) => [add4(lift(weightTag), padded(point)), w!, zero, zero]], leaves: blocks, firstColumn: 0 }
      : {
        log: piece.log, committed: [true, true, true, true, true], leaves: blocks, firstColumn: 0,
        lookups: [...[1, 2, 3, 4].map(limb => (values: readonly Felt4[]) => [zero, values[limb]!, zero, zero] as const), ([b]) => [lift(paddingTag), b!, zero, zero]],
        numerators: [undefined, undefined, undefined, undefined, padded],
      };
  });
  return {
    layers: [{ sections }], tables: tables.map((columns, tag) => ({ tag, columns, leaves: { log: tableLogs[tag]!, at: leaves.at[leaf++]! } })),
    depth: logOf(leaves.total), leafCount: leaves.total, witness: pack([...tableLogs, ...part.flatMap(piece => (piece.bound === null ? [] : new Array<number>(4).fill(piece.log)))]),
  };
}

/** Reads one part. Returns what is left of the file. */
function* demandPart({ model, id, root }: Commitment, number: number, part: readonly Piece[], total: number, file: Uint8Array): Generator<void, Uint8Array> {
  const transcript = new Transcript(), messages = new Messages(file, transcript), plan = planOf(part);
  transcript.absorb(tags.ofWeights, beginning(model.parameters));
  transcript.absorb(tags.model, id);
  transcript.absorb(tags.context, i32le(number));
  const witnessRoot = messages.message(tags.witness, 32), { known: [sections], claims: said } = demandLookups(messages, plan);
  yield;

  const claims: Claim[] = [], shift = 2 ** logLimb;
  let limb = tables.length, compared = 0;
  for (const [i, { bound }] of part.entries()) {
    const { point, values } = sections![i]!, [first, ...limbs] = values as [Felt4, ...Felt4[]];
    claims.push({ matrix: "model", block: i, point, value: first });
    for (const value of limbs) claims.push({ matrix: "witness", block: limb++, point, value });
    if (bound === null) continue;
    compared += 2 * point.length;
    const [p0, p1, q0, q1] = limbs as [Felt4, Felt4, Felt4, Felt4], is = (b: Felt4, low: Felt4, high: Felt4) => equal4(b, add4(low, scale4(high, shift)));
    demand(is(add4(lift(bound), first), p0, p1) && is(sub4(lift(bound), first), q0, q1), "sum", "a bias is not what its limbs give");
  }
  claims.push(...said.slice(-tables.length));

  const matrices = { model, weights: { at: part.map(p => p.at), total }, witness: plan.witness }, opened = openingOf(matrices, claims);
  demandSoundness({
    leaves: plan.leafCount, depth: plan.depth, sumchecks: 0, challenges: compared, rowCoordinates: rowCoordinates(opened), claims: opened.length,
  }, model.parameters);
  yield;
  yield* demandOpening(messages, matrices, opened, root, witnessRoot);
  return file.subarray(file.length - messages.left);
}

function* demandWeights(commitment: Commitment, file: Uint8Array): Generator<void, void> {
  const { model, id } = commitment, header = concat(magic, beginning(model.parameters));
  demand(equal(file.subarray(0, header.length), header), "framing", "the proof is of another format, version or parameters");
  demand(equal(file.subarray(header.length, header.length + 32), id), "modelId", "the proof is about another model");
  const { kinds, shapes } = layersOf(model, 1);
  demandSizes(model, 1, kinds, shapes);
  const weights = pack(kinds.flatMap(k => k.weights));
  let rest = file.subarray(header.length + 32), number = 0;
  for (const part of partsOf(model, shapes, weights)) {
    yield;
    rest = yield* demandPart(commitment, number++, part, weights.total, rest);
  }
  demand(rest.length === 0, "end", "there are bytes after the proof");
}

/** Null, or the check that failed. Throws Malformed where the model's biases are beyond such proofs. */
export const verifyWeights = (commitment: Commitment, file: Uint8Array): ProofRefused | null => atOnce(demandWeights(commitment, file));

/** The same; a page stays alive meanwhile. */
export const verifyWeightsByTurns = (commitment: Commitment, file: Uint8Array): Promise<ProofRefused | null> => byTurns(demandWeights(commitment, file));

/** Id of the committed model that a file says it is about; null where it does not begin as such a file. */
export const modelOf = (file: Uint8Array): Uint8Array | null => (file.length >= 72 && equal(file.subarray(0, 4), magic) ? file.subarray(40, 72) : null);
