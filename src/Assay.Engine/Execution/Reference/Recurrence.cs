using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>The long short-term memory cell over a sequence (section 9). Gates stand in the order input, output, forget, cell.</summary>
/// <remarks>Source: ONNX LSTM, version 14, with its default activations.</remarks>
internal static class Recurrence
{
    public static void Lstm(string direction, Tensor x, Tensor w, Tensor r, Tensor? b, Tensor? h0, Tensor? c0, Tensor y, Tensor yh, Tensor yc)
    {
        int steps = x.Shape[0], batch = x.Shape[1], inputs = x.Shape[2], directions = w.Shape[0], hidden = r.Shape[2];
        Reals xv = new(x), wv = new(w), rv = new(r), bv = b is null ? default : new(b);
        float[] h = Start(h0, yh.Count), c = Start(c0, yc.Count);
        var gates = new float[y.Count == 0 ? 0 : 4 * hidden];
        for (var d = 0; d < directions; d++)
            for (var n = 0; n < batch; n++)
                for (var step = 0; step < steps; step++)
                {
                    var t = direction == "reverse" || d == 1 ? steps - 1 - step : step;
                    var state = (d * batch + n) * hidden;
                    for (var g = 0; g < gates.Length; g++)
                    {
                        var acc = 0f;
                        for (var k = 0; k < inputs; k++)
                            acc = ScalarMath.Fma(xv[(t * batch + n) * inputs + k], wv[(d * 4 * hidden + g) * inputs + k], acc);
                        for (var k = 0; k < hidden; k++)
                            acc = ScalarMath.Fma(h[state + k], rv[(d * 4 * hidden + g) * hidden + k], acc);
                        if (b is not null)
                            acc += bv[d * 8 * hidden + g] + bv[d * 8 * hidden + 4 * hidden + g];
                        gates[g] = acc;
                    }
                    for (var j = 0; j < hidden; j++)
                    {
                        var input = ScalarMath.Sigmoid(gates[j]);
                        var output = ScalarMath.Sigmoid(gates[hidden + j]);
                        var forget = ScalarMath.Sigmoid(gates[2 * hidden + j]);
                        var cell = ScalarMath.Tanh(gates[3 * hidden + j]);
                        c[state + j] = ScalarMath.Fma(forget, c[state + j], input * cell);
                        h[state + j] = output * ScalarMath.Tanh(c[state + j]);
                        Numbers.Store(y, ((t * directions + d) * batch + n) * hidden + j, h[state + j]);
                    }
                }
        for (var i = 0; i < h.Length; i++)
        {
            Numbers.Store(yh, i, h[i]);
            Numbers.Store(yc, i, c[i]);
        }
    }

    private static float[] Start(Tensor? initial, int count)
    {
        var state = new float[count];
        if (initial is null)
            return state;
        var values = new Reals(initial);
        for (var i = 0; i < count; i++)
            state[i] = values[i];
        return state;
    }
}
