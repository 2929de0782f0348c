import { add4, mul4, zero, type Felt4 } from "../field.js";
import type { Concat, Reshape, Transpose } from "../model.js";
import { eqAll } from "../multilinear.js";
import type { Relations } from "../relations.js";
import { axisOf, countOf, demandShape, isAligned, logSize, places, sizesOf, split, type Shape } from "../shapes.js";
import type { View } from "./layer.js";

/* Layers that show values of other tensors: nothing of them is committed. */

const view = (shape: Shape, show: View["show"]): View => ({ view: true, shape, weights: [], tables: [], check: () => {}, show });

/** A claim about values that stand at `to` in the view and at `from` in the tensor, of one inference, the batch's point kept. */
function regather(r: Relations, input: number, from: Shape, at: { from: readonly number[]; to: readonly number[] }, batch: readonly Felt4[], inner: readonly Felt4[], value: Felt4): void {
  const shown = eqAll(inner);
  r.gather(input, value, { before: batch, log: logSize(from.slice(1)), behind: [] }, zero, z => {
    const source = eqAll(z);
    return at.from.reduce((sum, place, i) => add4(sum, mul4(shown[at.to[i]!]!, source[place]!)), zero);
  }, "gather");
}

export function reshape(layer: Reshape, input: Shape): View {
  demandShape(layer.sizes.every(s => s >= 1), "a size below one");
  const shape = [input[0]!, ...layer.sizes.map(axisOf)];
  demandShape(countOf(shape) === countOf(input), "as many values as before must come of a reshape");
  return view(shape, (r, point, value) => {
    const log = input[0]!.log;
    if (isAligned(input, shape)) r.tensor(layer.input, point, value);
    else regather(r, layer.input, input, { from: places(input.slice(1)), to: places(shape.slice(1)) }, point.slice(0, log), point.slice(log), value);
  });
}

export function transpose(layer: Transpose, input: Shape): View {
  demandShape(sizesOf(input).slice(1).every((_, i) => layer.order.includes(i + 1)) && layer.order.length === input.length - 1, "an order that does not name each axis once");
  const order = [0, ...layer.order], shape = order.map(o => input[o]!);
  return view(shape, (r, point, value) => {
    const axes = split(shape, point);
    r.tensor(layer.input, input.flatMap((_, i) => axes[order.indexOf(i)]!), value);
  });
}

export function concat(layer: Concat, inputs: readonly Shape[]): View {
  const { along, parts } = layer, first = inputs[0]!;
  demandShape(inputs.length >= 2 && inputs.length <= 1024 && along >= 1 && along < first.length, "what is joined is two tensors and more, along an axis that is not the batch");
  demandShape(inputs.every(i => i.length === first.length && i.every((a, n) => n === along || a.size === first[n]!.size)), "what is joined differs in another axis");
  const shape = first.map((a, i) => (i === 0 ? a : axisOf(i === along ? inputs.reduce((sum, p) => sum + p[along]!.size, 0) : a.size)));
  return view(shape, (r, point, value) => {
    const adds = r.evaluations(parts.length), log = shape[0]!.log;
    r.demand(value, adds.reduce(add4, zero), "gather", "what is joined is not the sum of its parts");
    let start = 0;
    for (const [i, part] of inputs.entries()) {
      const to = places(shape.slice(1).map((a, n) => (n + 1 === along ? { ...a, size: part[along]!.size } : a)), along - 1, start);
      regather(r, parts[i]!, part, { from: places(part.slice(1)), to }, point.slice(0, log), point.slice(log), adds[i]!);
      start += part[along]!.size;
    }
  });
}
