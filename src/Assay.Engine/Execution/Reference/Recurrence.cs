using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>The long short-term memory cell over a sequence (section 9). Gates stand in the order input, output, forget, cell.</summary>
/// <remarks>Source: ONNX LSTM, version 14, with its default activations.</remarks>
internal static class Recurrence
{
    public static void Lstm<T>(string direction, Tensor x, Tensor w, Tensor r, Tensor? b, Tensor? h0, Tensor? c0, Tensor y, Tensor yh, Tensor yc)
        where T : unmanaged, IReal<T>
    {
        int steps = x.Shape[0], batch = x.Shape[1], inputs = x.Shape[2], directions = w.Shape[0], hidden = r.Shape[2];
        Reals<T> xv = new(x), wv = new(w), rv = new(r), bv = b is null ? default : new(b);
        T[] h = Start<T>(h0, yh.Count), c = Start<T>(c0, yc.Count);
        var gates = new T[y.Count == 0 ? 0 : 4 * hidden];
        for (var d = 0; d < directions; d++)
            for (var n = 0; n < batch; n++)
                for (var step = 0; step < steps; step++)
                {
                    var t = direction == "reverse" || d == 1 ? steps - 1 - step : step;
                    var state = (d * batch + n) * hidden;
                    for (var g = 0; g < gates.Length; g++)
                    {
                        var acc = T.Zero;
                        for (var k = 0; k < inputs; k++)
                            acc = T.Fma(xv[(t * batch + n) * inputs + k], wv[(d * 4 * hidden + g) * inputs + k], acc);
                        for (var k = 0; k < hidden; k++)
                            acc = T.Fma(h[state + k], rv[(d * 4 * hidden + g) * hidden + k], acc);
                        if (b is not null)
                            acc += bv[d * 8 * hidden + g] + bv[d * 8 * hidden + 4 * hidden + g];
                        gates[g] = acc;
                    }
                    for (var j = 0; j < hidden; j++)
                    {
                        var input = T.Sigmoid(gates[j]);
                        var output = T.Sigmoid(gates[hidden + j]);
                        var forget = T.Sigmoid(gates[2 * hidden + j]);
                        var cell = T.Tanh(gates[3 * hidden + j]);
                        c[state + j] = T.Fma(forget, c[state + j], input * cell);
                        h[state + j] = output * T.Tanh(c[state + j]);
                        T.Store(y, ((t * directions + d) * batch + n) * hidden + j, h[state + j]);
                    }
                }
        for (var i = 0; i < h.Length; i++)
        {
            T.Store(yh, i, h[i]);
            T.Store(yc, i, c[i]);
        }
    }

    private static T[] Start<T>(Tensor? initial, int count) where T : unmanaged, IReal<T>
    {
        var state = new T[count];
        if (initial is null)
            return state;
        var values = new Reals<T>(initial);
        for (var i = 0; i < count; i++)
            state[i] = values[i];
        return state;
    }
}
