import { matmul } from "./layers/matmul.js";
import { normalize } from "./layers/normalize.js";
import { line, pool, table } from "./layers/points.js";
import { softmax } from "./layers/softmax.js";
import { average, sum } from "./layers/sums.js";
import { concat, reshape, transpose } from "./layers/views.js";
import { conv, dense } from "./layers/weights.js";
import { inputsOf } from "./model.js";
import { logOf } from "./multilinear.js";
import { demand } from "./refusal.js";
import { axisOf, demandShape, logSize, pack } from "./shapes.js";
import { areFew } from "./steps.js";
/** Padded, of a tensor. */
export const mostLogPlaces = 22;
const mostLeaves = 2 ** 22, mostTableRows = 2 ** 23, mostModelRows = 2 ** 20;
/** C2: nothing too large, before anything is made. */
export function demandSizes(model, batch, kinds, shapes) {
    const { logColumns, logInverseRate, queries, logRange } = model.parameters;
    const isWithin = (n, low, high) => n >= low && n <= high, ok = (holds, what) => demand(holds, "calculator", what);
    ok(logColumns >= 1 && isWithin(logInverseRate, 1, 3) && logColumns + logInverseRate <= 17, "rows or codewords have a length that is not allowed");
    ok(isWithin(queries, 1, 2 ** 12) && isWithin(logRange, 8, 16) && isWithin(batch, 1, 2 ** 16), "queries, range or batch are out of bounds");
    ok(shapes.every(s => logSize(s) <= mostLogPlaces), "a tensor of the batch has too many places");
    ok(kinds.reduce((sum, k) => sum + k.tables.reduce((rows, t) => rows + t.most, 0), 0) <= mostTableRows, `more than ${mostTableRows} rows of tables`);
    ok(Math.floor(pack(kinds.flatMap(k => k.weights)).total / 2 ** logColumns) < mostModelRows, `${mostModelRows} rows of the model's matrix and more`);
    ok(areFew(model, kinds, shapes), "views, windows and input ask for too many steps");
}
function layerOf(layer, inputs, logRange) {
    const first = inputs[0];
    switch (layer.kind) {
        case "dense": return dense(layer, first, logRange);
        case "conv": return conv(layer, first, logRange);
        case "average": return average(layer, first, logRange);
        case "sum": return sum(layer, first, inputs[1], logRange);
        case "table": return table(layer, first);
        case "pool": return pool(layer, first);
        case "line": return line(layer, first);
        case "matmul": return matmul(layer, first, inputs[1], logRange);
        case "softmax": return softmax(layer, first, logRange);
        case "normalize": return normalize(layer, first, logRange);
        case "reshape": return reshape(layer, first);
        case "transpose": return transpose(layer, first);
        case "concat": return concat(layer, inputs);
    }
}
/** What the layers make of a batch. Throws Malformed where they do not fit one another. */
export function layersOf(model, batch) {
    const { logRange } = model.parameters, shapes = [[axisOf(batch), ...model.inputSizes.map(axisOf)]];
    return { shapes, kinds: model.layers.map((layer, i) => {
            demandShape(inputsOf(layer).every(tensor => tensor >= 0 && tensor <= i), `layer ${i} reads a tensor that does not stand before it`);
            const of = layerOf(layer, inputsOf(layer).map(tensor => shapes[tensor]), logRange);
            shapes.push(of.shape);
            return of;
        }) };
}
/** Refuses by C4 and C2. */
export function planOf(model, batch) {
    const { kinds, shapes } = layersOf(model, batch), { logRange } = model.parameters;
    for (const kind of kinds)
        kind.check();
    demandSizes(model, batch, kinds, shapes);
    const sizes = kinds.flatMap(k => k.tables), tableLogs = [logRange, ...sizes.map(t => t.log())];
    let tag = 1, leafCount = tableLogs.reduce((rows, log) => rows + 2 ** log, 0);
    const sections = kinds.map(k => {
        const made = k.view ? [] : k.sections(tag);
        tag += k.tables.length;
        leafCount += made.reduce((rows, s) => rows + s.lookups.length * 2 ** s.log, 0);
        return made;
    });
    demand(leafCount <= mostLeaves, "calculator", `more than ${mostLeaves} leaves`);
    const all = sections.flat();
    const packed = pack([...all.flatMap(s => s.lookups.map(() => s.log)), ...tableLogs]);
    let leaf = 0, column = tableLogs.length, weight = 0;
    const layers = kinds.map((layer, i) => {
        const [firstColumn, firstWeights] = [column, weight];
        weight += layer.weights.length;
        return {
            layer, firstColumn, firstWeights,
            sections: sections[i].map(s => {
                const first = column;
                column += s.committed.filter(c => c).length;
                return { ...s, leaves: s.lookups.map(() => ({ log: s.log, at: packed.at[leaf++] })), firstColumn: first };
            }),
        };
    });
    return {
        model, shapes, layers, leafCount, depth: logOf(packed.total),
        tables: tableLogs.map((log, i) => ({ tag: i, leaves: { log, at: packed.at[leaf++] }, columns: i === 0 ? null : sizes[i - 1].make() })),
        weights: pack(kinds.flatMap(k => k.weights)),
        witness: pack([...tableLogs, ...all.flatMap(s => s.committed.filter(c => c).map(() => s.log))]),
    };
}
