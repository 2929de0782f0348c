import { equal } from "../bytes.js";
import { deriveKey } from "./blake3.js";
import { layersOf, mostLogPlaces } from "./plan.js";
import { Reader } from "./reader.js";
import { countOf, logSize } from "./shapes.js";
/** Lists whose length is a figure of C4 are as long as the file lets them be. */
const most = { bytes: 2 ** 22, layers: 1024, axes: 16, window: 1024, inner: 2 ** 22, name: 2 ** 14, any: Infinity };
/** Whether all 256 activations stand for finite and different values. */
export const isFactor = (factor, zeroPoint) => {
    if (!(factor >= 2 ** -126 && Number.isFinite(factor)))
        return false;
    const values = Array.from({ length: 256 }, (_, i) => Math.fround((i - 128 - zeroPoint) * factor));
    return values.every(v => Number.isFinite(v)) && new Set(values).size === 256;
};
function publicTensor(r) {
    const name = r.text(most.name), code = r.u8();
    r.demand(code <= 1, "a tensor is int8 or float32");
    const type = code === 0 ? "int8" : "float32", extents = r.list(most.axes, 4, () => r.i32());
    r.demand(extents.every((n, i) => n >= 1 || (n === 0 && i === 0)), "an extent is out of bounds");
    const bits = r.raw(4), factor = new DataView(bits.buffer, bits.byteOffset).getFloat32(0, true), zeroPoint = r.i16();
    r.demand(type === "int8" ? bits.every(b => b === 0) && zeroPoint === 0 : zeroPoint >= -128 && zeroPoint <= 127 && isFactor(factor, zeroPoint), "a tensor's factor or zero point is out of bounds");
    return { name, type, extents, factor, zeroPoint };
}
const table = (r) => (r.flag() ? Array.from({ length: 256 }, () => r.i8()) : null);
const group = (r) => ({ multiplier: r.u16(), shift: r.u8(), zeroPoint: r.i16(), low: r.i16(), high: r.i16(), table: table(r) });
const grouped = (r) => ({ groups: r.list(most.any, 10, () => group(r)), groupOf: r.list(most.any, 2, () => r.u16()), limbs: r.flag() });
function figure(r) {
    const n = r.i32();
    r.demand(n >= 0 && n <= most.window, "a window's figure is out of bounds");
    return n;
}
/** @param dilated an average has no dilation */
const windows = (r, dilated) => ({
    kernelRows: figure(r), kernelColumns: figure(r), stride: figure(r), dilation: dilated ? figure(r) : 1, top: figure(r), left: figure(r), rows: r.i32(), columns: r.i32(),
});
/** Inputs and figures of a layer. */
function layer(r, limit) {
    const kind = r.u8(), inputs = r.list(most.layers, 4, () => r.i32());
    r.demand(inputs.every(i => i >= 0 && i < limit), "a layer reads a tensor that does not stand before it");
    const wanted = kind === 6 || kind === 11 ? 2 : kind === 10 ? inputs.length : 1;
    r.demand(inputs.length === wanted, "a layer has another number of inputs");
    const [input] = inputs;
    switch (kind) {
        case 1: return { kind: "dense", input, outputs: r.i32(), zeroPoint: r.i16(), biasBound: r.i32(), ...grouped(r) };
        case 2: {
            const where = windows(r, true), depthwise = r.flag();
            return { kind: "conv", input, ...where, depthwise, outputs: r.i32(), zeroPoint: r.i16(), biasBound: r.i32(), ...grouped(r) };
        }
        case 3: return { kind: "pool", input };
        case 4: return { kind: "line", input, along: r.i32(), kernel: figure(r), stride: figure(r), before: figure(r), size: r.i32() };
        case 5: return { kind: "average", input, ...windows(r, false), zeroPoint: r.i16(), ...grouped(r) };
        case 6: return { kind: "sum", a: input, b: inputs[1], multiplierA: r.i32(), multiplierB: r.i32(), zeroPointA: r.i16(), zeroPointB: r.i16(), group: group(r) };
        case 7: return { kind: "table", input, table: table(r) ?? [] };
        case 8: return { kind: "reshape", input, sizes: r.list(most.axes - 1, 4, () => r.i32()) };
        case 9: return { kind: "transpose", input, order: r.list(most.axes - 1, 4, () => r.i32()) };
        case 10: return { kind: "concat", parts: inputs, along: r.i32() };
        case 11: return { kind: "matmul", a: input, b: inputs[1], zeroPointA: r.i16(), zeroPointB: r.i16(), group: group(r) };
        case 12: return { kind: "softmax", input, causal: r.flag(), exponents: r.list(most.any, 2, () => r.u16()) };
        case 13: return { kind: "normalize", input, gain: r.i32(), epsilon: r.i32(), zeroPoint: r.i16(), low: r.i16(), high: r.i16() };
        default: r.demand(false, "a layer of an unknown kind");
    }
}
/** Throws Malformed. */
export function readCommitment(bytes) {
    const r = new Reader(bytes, "a model's commitment");
    r.demand(bytes.length <= most.bytes, "it is too long");
    r.demand(equal(r.raw(4), Uint8Array.of(0x41, 0x53, 0x59, 0x4d)), "it does not begin with ASYM");
    r.demand(r.u16() === 1 && r.u16() === 0, "another version, or flags");
    const parameters = { logColumns: r.u8(), logInverseRate: r.u8(), queries: r.u16(), logRange: r.u8() }, manifest = r.raw(32);
    const input = publicTensor(r), output = publicTensor(r), inputSizes = r.list(most.axes - 1, 4, () => r.i32()), inputZeroPoint = r.i16();
    r.demand(inputSizes.every(n => n >= 1), "an axis of the input has no place");
    r.demand(inputZeroPoint >= -128 && inputZeroPoint <= 127 && (input.type === "int8" || input.zeroPoint === inputZeroPoint), "the input's zero point is another");
    const count = r.i32();
    r.demand(count >= 1 && count <= most.layers, "it has no layers, or too many");
    const layers = Array.from({ length: count }, (_, i) => layer(r, i + 1)), root = r.raw(32);
    r.end();
    const model = { inputSizes, inputZeroPoint, layers, parameters }, { shapes } = layersOf(model, 1);
    for (const [i, shape] of shapes.entries()) {
        r.demand(shape.length <= most.axes && logSize(shape) <= mostLogPlaces, `tensor ${i} is too large`);
        const of = layers[i - 1];
        if (of?.kind === "conv")
            r.demand((of.depthwise ? 1 : shapes[of.input][1].size) * of.kernelRows * of.kernelColumns <= most.inner, "a convolution has too many weights");
    }
    const fits = ({ extents }, shape) => extents.reduce((product, n) => product * (n === 0 ? 1 : n), 1) === countOf(shape);
    r.demand(fits(input, shapes[0]) && fits(output, shapes.at(-1)), "a tensor's extents are not those of the model");
    return { model, id: deriveKey("assay.proofs/1 model", bytes), manifest, input, output, root };
}
