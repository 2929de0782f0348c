import { concat, utf8, type Bytes } from "../bytes.js";
import { Malformed } from "../errors.js";
import { toHex } from "../hex.js";
import { readTensors, type Tensor } from "../tensors.js";
import type { Commitment, PublicTensor } from "./commitment.js";
import type { Statement } from "./model.js";
import { demand, type CheckName } from "./refusal.js";

/* What ties a proof to a receipt (section 8, Binding): its int8 are those of the receipt's tensors. */

const mostBatch = 2 ** 16, tensors = "application/vnd.assay.tensors.v1";

/** The one tensor of an encoding, and how many inferences it holds. */
function only(bytes: Bytes, due: PublicTensor, check: CheckName): { tensor: Tensor; batch: number } {
  let found: Tensor[];
  try {
    found = readTensors(bytes);
  } catch (error) {
    if (error instanceof Malformed) demand(false, check, error.message);
    throw error;
  }
  const [tensor] = found;
  demand(found.length === 1 && tensor !== undefined && tensor.name === due.name && tensor.type === due.type, check, "it is not one tensor of the committed name and type");
  const fits = tensor.shape.length === due.extents.length && due.extents.every((n, i) => n === 0 || n === tensor.shape[i]);
  demand(fits, check, "the tensor has other extents than the committed ones");
  const batch = due.extents[0] === 0 ? tensor.shape[0]! : 1;
  demand(batch >= 1 && batch <= mostBatch, check, `a batch is 1 to ${mostBatch}`);
  return { tensor, batch };
}

const int8 = ({ data }: Tensor): Int8Array => new Int8Array(data.slice().buffer);

/** Nearest, ties to even; x is a binary32. */
function nearest(x: number): number {
  const floor = Math.floor(x), rest = x - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
}

/** clamp(zp + rne(x · factor)), NaN giving zp. The product of two binary32 is exact in binary64, so it is rounded once. */
export const quantise = (x: number, factor: number, zeroPoint: number): number =>
  Number.isNaN(x) ? zeroPoint : Math.max(-128, Math.min(127, zeroPoint + nearest(Math.fround(x * factor))));

function floats({ data }: Tensor): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

function inputOf(tensor: Tensor, { type, factor, zeroPoint }: PublicTensor): Int8Array {
  const view = floats(tensor);
  return type === "int8" ? int8(tensor) : Int8Array.from({ length: view.byteLength / 4 }, (_, i) => quantise(view.getFloat32(4 * i, true), factor, zeroPoint));
}

function outputOf(tensor: Tensor, { type, factor, zeroPoint }: PublicTensor): Int8Array {
  if (type === "int8") return int8(tensor);
  const of = new Map<number, number>(), view = floats(tensor), bits = new Float32Array(1), word = new Uint32Array(bits.buffer);
  for (let y = -128; y <= 127; y++) {
    bits[0] = (y - zeroPoint) * factor;
    of.set(word[0]!, y);
  }
  return Int8Array.from({ length: view.byteLength / 4 }, (_, i) => {
    const y = of.get(view.getUint32(4 * i, true));
    demand(y !== undefined, "output", "the output holds a number that no activation stands for");
    return y;
  });
}

/** What a receipt says of the run, all of it opened and verified. */
export interface ReceiptRun {
  /** The digest of the model's manifest, in hex. */
  readonly manifest: string;
  readonly nonce: string | null;
  /** The media types of input and output. */
  readonly inputType: string;
  readonly outputType: string;
  readonly inputCommitment: Bytes;
  readonly outputCommitment: Bytes;
  readonly input: Bytes;
  readonly output: Bytes;
}

function u32le(n: number): Bytes {
  const four = new Uint8Array(4);
  new DataView(four.buffer).setUint32(0, n, true);
  return four;
}

/** The statement that a proof for this receipt has to be about. Refuses by C3, C5, C6. */
export function bind(commitment: Commitment, run: ReceiptRun, modelId: Uint8Array): Statement {
  demand(run.manifest === toHex(commitment.manifest), "modelId", "the committed model is not the one of the receipt's manifest");
  demand(run.inputType === tensors, "input", "the receipt's input is no tensors");
  const input = only(run.input, commitment.input, "input");
  demand(run.outputType === tensors, "output", "the receipt's output is no tensors");
  const output = only(run.output, commitment.output, "output");
  demand(input.batch === output.batch, "output", "the output has another batch than the input");
  const nonce = utf8(run.nonce ?? "");
  return {
    modelId, batch: input.batch, input: inputOf(input.tensor, commitment.input), output: outputOf(output.tensor, commitment.output),
    context: concat(Uint8Array.of(1), u32le(nonce.length), nonce, run.inputCommitment, run.outputCommitment),
  };
}
