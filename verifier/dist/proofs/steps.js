import { inputsOf } from "./model.js";
import { logOf } from "./multilinear.js";
import { isAligned, logSize } from "./shapes.js";
/* What is computed of public matrices, of views and of the public input (C2, section 7): neither leaves nor bytes of a proof bound it. */
const most = 2 ** 25;
const window = (kernel, outputs, image) => kernel * (outputs + image);
/** Of each place of a window along an axis: all places of the output along it, and all of the image. */
function windows(layer, shapes) {
    if (layer.kind !== "conv" && layer.kind !== "average" && layer.kind !== "line")
        return 0;
    const image = shapes[layer.input].map(a => a.size);
    if (layer.kind === "line")
        return 2 * window(layer.kernel, layer.size, image[layer.along]);
    const { kernelRows, kernelColumns } = layer, both = window(kernelRows, layer.rows, image[2]) + window(kernelColumns, layer.columns, image[3]);
    return layer.kind === "average" ? both : both + 2 ** logOf((layer.depthwise ? 1 : image[1]) * kernelRows * kernelColumns);
}
/** Whether the steps of a model are at most 2^25. */
export function areFew({ layers, parameters: { logColumns } }, kinds, shapes) {
    // Claims about each tensor: whoever reads one stands behind it, so all of them are known when its turn comes.
    const claims = shapes.map((_, i) => (i === layers.length ? 1 : 0)), size = (i) => 2 ** logSize(shapes[i]);
    let steps = 0;
    for (let tensor = layers.length; tensor > 0; tensor--) {
        // A claim is a step at least, so that no product below is inexact.
        if (claims[tensor] > most || steps > most)
            return false;
        const layer = layers[tensor - 1], { view } = kinds[tensor - 1];
        for (const input of inputsOf(layer)) {
            claims[input] += view ? claims[tensor] : ["softmax", "pool", "line"].includes(layer.kind) ? 2 : 1;
            if (layer.kind === "concat" || (layer.kind === "reshape" && !isAligned(shapes[input], shapes[tensor])))
                steps += claims[tensor] * (size(input) + size(tensor));
        }
        if (!view)
            steps += claims[tensor] * 2 ** Math.max(0, logSize(shapes[tensor]) - logColumns) + windows(layer, shapes);
    }
    return claims[0] <= most && steps + claims[0] * size(0) <= most;
}
