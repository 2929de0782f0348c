import { Malformed } from "../errors.js";
import { logOf, type Point } from "./multilinear.js";
import type { Felt4 } from "./field.js";

/** An axis of a tensor: its real places come first, its padded ones are a power of two. */
export interface Axis {
  readonly size: number;
  readonly log: number;
}

export const axisOf = (size: number): Axis => ({ size, log: logOf(size) });

/** Batch first; then neurons, or channel, row and column. */
export type Shape = readonly Axis[];

export const logSize = (shape: Shape): number => shape.reduce((sum, a) => sum + a.log, 0);

/** Real places of one inference. */
export const countOf = (shape: Shape): number => shape.slice(1).reduce((product, a) => product * a.size, 1);

/** The points of the axes, out of that of the tensor. */
export function split(shape: Shape, point: Point): Felt4[][] {
  let at = 0;
  return shape.map(a => point.slice(at, at += a.log));
}

/** Where each real place is in the padded tensor, in order; along one axis they may begin later. */
export function places(shape: Shape, along = -1, start = 0): number[] {
  return shape.reduce<number[]>((all, a, n) => all.flatMap(before => Array.from({ length: a.size }, (_, i) => before * 2 ** a.log + i + (n === along ? start : 0))), [0]);
}

/** How far places of an inference go and how far apart they are: axes of one place left out, and one that goes on where that behind it ends made one with it. */
function stepsOf(shape: Shape): { size: number; step: number }[] {
  const steps: { size: number; step: number }[] = [];
  let step = 1;
  for (const { size, log } of shape.slice(1).reverse()) {
    const last = steps.at(-1);
    if (size > 1 && last !== undefined && step === last.size * last.step) last.size *= size;
    else if (size > 1) steps.push({ size, step });
    step *= 2 ** log;
  }
  return steps;
}

/** Whether values in the same order are in the same places, padded ones counted, of as many places. */
export function isAligned(a: Shape, b: Shape): boolean {
  const [first, second] = [stepsOf(a), stepsOf(b)];
  return logSize(a) === logSize(b) && first.length === second.length && first.every(({ size, step }, i) => size === second[i]!.size && step === second[i]!.step);
}

export const sizesOf = (shape: Shape): number[] => shape.map(a => a.size);

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((axis, i) => axis.size === b[i]!.size && axis.log === b[i]!.log);

export function demandShape(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Malformed(`a layer of a proof: ${what}`);
}

/** The axes of a tensor of images. */
export function imageOf(shape: Shape): { batch: Axis; channel: Axis; row: Axis; column: Axis } {
  const [batch, channel, row, column] = shape;
  demandShape(shape.length === 4, "batch, channel, row and column are wanted");
  return { batch: batch!, channel: channel!, row: row!, column: column! };
}

/** Blocks of powers of two in matrices of 2^columns (section 4): the largest first, one after the other; `at` by the order of the list. */
export interface Layout {
  readonly at: readonly number[];
  readonly total: number;
}

export function pack(logs: readonly number[]): Layout {
  const at = new Array<number>(logs.length);
  let total = 0;
  for (const i of logs.map((_, i) => i).sort((a, b) => logs[b]! - logs[a]! || a - b)) {
    at[i] = total;
    total += 2 ** logs[i]!;
  }
  return { at, total };
}
