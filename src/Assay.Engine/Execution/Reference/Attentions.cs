using Assay.Engine.Models;
using Assay.Engine.Numerics;

namespace Assay.Engine.Execution.Reference;

/// <summary>Scaled dot-product attention, in which a key that is masked takes no part, and the linear kind with its state.</summary>
internal static class Attentions
{
    /// <summary>Scores, softmax, and the values' chain, row by row. Output 1 is the scores at the stage that <c>scores</c> names.</summary>
    public static void Attention<T>(Attributes a, Tensor q, Tensor k, Tensor v, Tensor? bias, Tensor? lengths, Tensor? offsets, Tensor[] y)
        where T : unmanaged, IReal<T>
    {
        int heads = q.Shape[1], rows = q.Shape[2], width = q.Shape[3], groups = k.Shape[1], keys = k.Shape[2], columns = v.Shape[3];
        Reals<T> qv = new(q), kv = new(k), vv = new(v), bv = bias is null ? default : new(bias);
        var scale = a.Has("scale") ? T.Of(a.Float("scale", 0)) : T.One / T.Sqrt(T.Of(width));
        var softcap = a.Float("softcap", 0);
        var stage = a.Int("scores", 0);
        var masked = T.Of(double.NegativeInfinity);
        var maskKeys = bias is null ? keys : bias.Shape.Dims[^1];
        var maskRows = bias is null ? default : IndexMap.Broadcast(Shape.Of(bias.Shape.Dims.AsSpan()[..^1]), Shape.Of(q.Shape.Dims.AsSpan()[..3]));
        var s = new T[y[0].Count == 0 && y.Length < 2 ? 0 : keys];
        for (var row = 0; row < q.Shape[0] * heads * rows && s.Length > 0; row++)
        {
            int batch = row / rows / heads, group = batch * groups + row / rows % heads / (heads / groups);
            var present = lengths is null ? keys : Math.Clamp(lengths.Span<long>()[batch], 0, keys);
            if (offsets is not null)
                present = Math.Min(present, (Int128)offsets.Span<long>()[offsets.Count == 1 ? 0 : batch] + row % rows + 1 is var end && end < 0 ? 0 : (long)Int128.Min(end, keys));
            for (var j = 0; j < keys; j++)
            {
                Interrupt.Check();
                var score = T.Zero;
                for (var i = 0; i < width; i++)
                    score = T.Fma(qv[row * width + i], kv[(group * keys + j) * width + i], score);
                score *= scale;
                Show(y, stage == 0, row * keys + j, score);
                if (softcap > 0)
                    score = T.Of(softcap) * T.Tanh(score / T.Of(softcap));
                Show(y, stage == 1, row * keys + j, score);
                if (bias is not null && j < maskKeys)
                    score = T.Equal(bv[maskRows[row] * maskKeys + j], masked) ? masked : score + bv[maskRows[row] * maskKeys + j];
                s[j] = j < present && j < maskKeys ? score : masked;
                Show(y, stage == 2, row * keys + j, s[j]);
            }
            Weigh(s);
            for (var j = 0; j < keys; j++)
                Show(y, stage == 3, row * keys + j, T.Equal(s[j], masked) ? T.Zero : s[j]);
            for (var c = 0; c < columns; c++)
            {
                Interrupt.Check();
                var acc = T.Zero;
                for (var j = 0; j < keys; j++)
                    if (!T.Equal(s[j], masked))
                        acc = T.Fma(s[j], vv[(group * keys + j) * columns + c], acc);
                T.Store(y[0], row * columns + c, acc);
            }
        }
    }

    /// <summary>Softmax in place; -infinity stays where it was, since a weight is never that.</summary>
    private static void Weigh<T>(T[] s) where T : unmanaged, IReal<T>
    {
        var masked = T.Of(double.NegativeInfinity);
        var max = masked;
        foreach (var score in s)
            max = T.Max(max, score);
        var sum = new LaneSum<T>();
        for (var j = 0; j < s.Length; j++)
        {
            if (!T.Equal(s[j], masked))
                s[j] = T.Exp(s[j] - max);
            sum.Add(T.Equal(s[j], masked) ? T.Zero : s[j]);
        }
        var total = sum.Total();
        for (var j = 0; j < s.Length; j++)
            if (!T.Equal(s[j], masked))
                s[j] /= total;
    }

    private static void Show<T>(Tensor[] y, bool wanted, int i, T value) where T : unmanaged, IReal<T>
    {
        if (wanted && y.Length > 1)
            T.Store(y[1], i, value);
    }

    /// <summary>A state of one matrix a head: decayed, corrected, written and read at every step.</summary>
    public static void Linear<T>(Attributes a, Tensor q, Tensor k, Tensor v, Tensor? past, Tensor? decay, Tensor? beta, Tensor? erase, Tensor[] y)
        where T : unmanaged, IReal<T>
    {
        int heads = (int)a.Int("q_num_heads"), groups = (int)a.Int("kv_num_heads"), steps = q.Shape[1], d = k.Shape[2] / groups, m = v.Shape[2] / groups;
        Reals<T> qv = new(q), kv = new(k), vv = new(v), dv = decay is null ? default : new(decay), bv = beta is null ? default : new(beta), ev = erase is null ? default : new(erase);
        var scale = a.Has("scale") ? T.Of(a.Float("scale", 0)) : T.One / T.Sqrt(T.Of(d));
        if (q.Shape[0] == 0)
            return;
        T[] state = new T[d * m], value = new T[m];
        for (var g = 0; g < q.Shape[0] * groups; g++)
        {
            int batch = g / groups, group = g % groups;
            Start(past, state, g);
            for (var step = 0; step < steps; step++)
            {
                Interrupt.Check();
                var at = batch * steps + step;
                int key = (at * groups + group) * d, first = (at * groups + group) * m;
                for (var i = 0; i < d && decay is not null; i++)
                {
                    var keep = T.Exp(dv[decay.Shape[2] == groups ? at * groups + group : key + i]);
                    for (var j = 0; j < m; j++)
                        state[i * m + j] *= keep;
                }
                for (var j = 0; j < m; j++)
                {
                    value[j] = vv[first + j];
                    if (beta is null)
                        continue;
                    var known = T.Zero;
                    for (var i = 0; i < d; i++)
                        known = T.Fma(state[i * m + j], erase is null ? kv[key + i] : ev[key + i] * kv[key + i], known);
                    value[j] = bv[beta.Shape[2] == 1 ? at : at * groups + group] * (value[j] - known);
                }
                for (var i = 0; i < d; i++)
                    for (var j = 0; j < m; j++)
                        state[i * m + j] = T.Fma(kv[key + i], value[j], state[i * m + j]);
                for (var h = group * (heads / groups); h < (group + 1) * (heads / groups); h++)
                    for (var j = 0; j < m; j++)
                    {
                        var acc = T.Zero;
                        for (var i = 0; i < d; i++)
                            acc = T.Fma(qv[(at * heads + h) * d + i], state[i * m + j], acc);
                        T.Store(y[0], (at * heads + h) * m + j, scale * acc);
                    }
            }
            for (var i = 0; i < state.Length; i++)
                T.Store(y[1], g * state.Length + i, state[i]);
        }
    }

    private static void Start<T>(Tensor? past, T[] state, int g) where T : unmanaged, IReal<T>
    {
        Array.Clear(state);
        if (past is null)
            return;
        var values = new Reals<T>(past);
        for (var i = 0; i < state.Length; i++)
            state[i] = values[g * state.Length + i];
    }
}
