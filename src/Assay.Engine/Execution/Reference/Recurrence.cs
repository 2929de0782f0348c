using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Recurrent cells over a sequence (section 9): one direction, one row of the batch and one step after the other.</summary>
/// <remarks>Source: ONNX RNN, GRU and LSTM, version 14.</remarks>
internal static class Recurrence
{
    public static void Run<T>(Node node, Tensor?[] x, Tensor[] y) where T : unmanaged, IReal<T>
    {
        var a = node.Attributes;
        int steps = x[0]!.Shape[0], batch = x[0]!.Shape[1], directions = x[1]!.Shape[0], hidden = x[2]!.Shape[2];
        var cell = new Cell<T>(node, x);
        var lengths = Optional(x, 4)?.ToLengths(steps);
        T[] h = Start<T>(Optional(x, 5), y[1].Count), c = node.Op == Primitive.Lstm ? Start<T>(Optional(x, 6), y[2].Count) : [];
        var work = new T[y[0].Count == 0 ? 0 : 4 * hidden];
        for (var d = 0; d < directions && work.Length > 0; d++)
            for (var n = 0; n < batch; n++)
            {
                // Where a row is shorter, its own last step is the last: Y stays zero behind it.
                var length = lengths?[n] ?? steps;
                var state = (d * batch + n) * hidden;
                for (var step = 0; step < length; step++)
                {
                    var t = a.Text("direction", "forward") == "reverse" || d == 1 ? length - 1 - step : step;
                    var from = t * batch + n;
                    if (node.Op == Primitive.Lstm)
                        cell.Lstm(d, from, h.AsSpan(state, hidden), c.AsSpan(state, hidden), work);
                    else if (node.Op == Primitive.Gru)
                        cell.Gru(d, from, h.AsSpan(state, hidden), work);
                    else
                        cell.Rnn(d, from, h.AsSpan(state, hidden), work);
                    for (var j = 0; j < hidden; j++)
                        T.Store(y[0], ((t * directions + d) * batch + n) * hidden + j, h[state + j]);
                }
            }
        for (var i = 0; i < h.Length; i++)
            T.Store(y[1], i, h[i]);
        for (var i = 0; i < c.Length; i++)
            T.Store(y[2], i, c[i]);
    }

    private static int[] ToLengths(this Tensor lengths, int steps)
    {
        var result = lengths.Span<int>().ToArray();
        foreach (var length in result)
            if (length < 0 || length > steps)
                throw new ModelException($"a sequence length of {length}, of {steps} steps");
        return result;
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

    private static Tensor? Optional(Tensor?[] x, int i) => i < x.Length ? x[i] : null;

    /// <summary>The cell's weights and functions; each step reads the state of the step before and writes its own over it.</summary>
    private readonly ref struct Cell<T> where T : unmanaged, IReal<T>
    {
        private readonly Reals<T> x, w, r, b, p;
        private readonly bool hasBias, hasPeepholes, couples, resetsAfter, clips;
        private readonly int inputs, hidden, gates, each;
        private readonly T clip;
        private readonly Activation[] functions;

        public Cell(Node node, Tensor?[] operands)
        {
            var a = node.Attributes;
            x = new(operands[0]!);
            w = new(operands[1]!);
            r = new(operands[2]!);
            hasBias = Optional(operands, 3) is not null;
            b = hasBias ? new(operands[3]!) : default;
            hasPeepholes = Optional(operands, 7) is not null;
            p = hasPeepholes ? new(operands[7]!) : default;
            (inputs, hidden, gates) = (operands[0]!.Shape[2], operands[2]!.Shape[2], ShapeRules.Gates(node.Op));
            (couples, resetsAfter) = (a.Int("input_forget", 0) != 0, a.Int("linear_before_reset", 0) != 0);
            (clips, clip) = (a.Has("clip"), T.Of(a.Float("clip", 0)));
            functions = [.. Activation.Of(node.Op, a, operands[1]!.Shape[0])];
            each = Activation.Defaults(node.Op).Length;
        }

        public void Rnn(int d, int from, Span<T> h, Span<T> work)
        {
            for (var j = 0; j < hidden; j++)
                work[j] = Function(d, 0, Gate(d, j, from, h));
            work[..hidden].CopyTo(h);
        }

        /// <summary>Gates in the order update, reset, hidden.</summary>
        public void Gru(int d, int from, Span<T> h, Span<T> work)
        {
            Span<T> z = work[..hidden], reset = work[hidden..(2 * hidden)], scaled = work[(2 * hidden)..(3 * hidden)], next = work[(3 * hidden)..];
            for (var j = 0; j < hidden; j++)
            {
                z[j] = Function(d, 0, Gate(d, j, from, h));
                reset[j] = Function(d, 0, Gate(d, hidden + j, from, h));
                scaled[j] = reset[j] * h[j];
            }
            for (var j = 0; j < hidden; j++)
            {
                var row = (2 * hidden) + j;
                T candidate;
                if (resetsAfter)
                {
                    T input = Inputs(d, row, from), recurrent = States(d, row, h, T.Zero);
                    if (hasBias)
                        (input, recurrent) = (input + Bias(d, row), recurrent + Bias(d, (gates * hidden) + row));
                    candidate = T.Fma(reset[j], recurrent, input);
                }
                else
                    candidate = Gate(d, row, from, scaled);
                next[j] = T.Fma(z[j], h[j], (T.One - z[j]) * Function(d, 1, candidate));
            }
            next.CopyTo(h);
        }

        /// <summary>Gates in the order input, output, forget, cell; peepholes in the order input, output, forget.</summary>
        public void Lstm(int d, int from, Span<T> h, Span<T> c, Span<T> work)
        {
            for (var g = 0; g < 4 * hidden; g++)
                work[g] = Gate(d, g, from, h);
            for (var j = 0; j < hidden; j++)
            {
                var input = Function(d, 0, Peep(d, j, c[j], work[j]));
                var forget = couples ? T.One - input : Function(d, 0, Peep(d, (2 * hidden) + j, c[j], work[(2 * hidden) + j]));
                var candidate = Function(d, 1, work[(3 * hidden) + j]);
                c[j] = T.Fma(forget, c[j], input * candidate);
                var output = Function(d, 0, Peep(d, hidden + j, c[j], work[hidden + j]));
                h[j] = output * Function(d, 2, c[j]);
            }
        }

        /// <summary>One chain over the inputs and on over the states, and the biases' sum added.</summary>
        private T Gate(int d, int row, int from, ReadOnlySpan<T> h)
        {
            var acc = States(d, row, h, Inputs(d, row, from));
            return hasBias ? acc + (Bias(d, row) + Bias(d, (gates * hidden) + row)) : acc;
        }

        private T Inputs(int d, int row, int from)
        {
            var acc = T.Zero;
            for (var k = 0; k < inputs; k++)
                acc = T.Fma(x[from * inputs + k], w[(d * gates * hidden + row) * inputs + k], acc);
            return acc;
        }

        private T States(int d, int row, ReadOnlySpan<T> h, T acc)
        {
            for (var k = 0; k < hidden; k++)
                acc = T.Fma(h[k], r[(d * gates * hidden + row) * hidden + k], acc);
            return acc;
        }

        private T Bias(int d, int i) => b[(d * 2 * gates * hidden) + i];

        private T Peep(int d, int i, T c, T gate) => hasPeepholes ? T.Fma(p[(d * 3 * hidden) + i], c, gate) : gate;

        private T Function(int d, int place, T v)
        {
            if (clips)
                v = T.Max(T.Min(v, clip), -clip);
            var f = functions[(d * each) + place];
            return f.Name switch
            {
                "tanh" => T.Tanh(v),
                "sigmoid" => T.Sigmoid(v),
                "relu" => v > T.Zero || T.IsNaN(v) ? v : T.Zero,
                "softsign" => v / (T.One + T.Abs(v)),
                "softplus" => T.Apply(Numerics.Function.Softplus, v),
                "affine" => T.Fma(T.Of(f.Alpha), v, T.Of(f.Beta)),
                "leakyrelu" => v < T.Zero ? T.Of(f.Alpha) * v : v,
                "thresholdedrelu" => v < T.Of(f.Alpha) ? T.Zero : v,
                "scaledtanh" => T.Of(f.Alpha) * T.Tanh(T.Of(f.Beta) * v),
                "hardsigmoid" => T.Max(T.Min(T.Fma(T.Of(f.Alpha), v, T.Of(f.Beta)), T.One), T.Zero),
                _ => v < T.Zero ? T.Of(f.Alpha) * (T.Exp(v) - T.One) : v,     // elu
            };
        }

    }
}
