namespace Assay.Engine.Models.Onnx;

/// <content>Attention of both kinds, and what stands around it.</content>
internal static partial class Operators
{
    private static Rule[] Attentions =>
    [
        new("Attention", 3, 7, Attention),
        new("LinearAttention", 3, 7, LinearAttention),
        new("CausalConvWithState", 2, 4, CausalConvolution),
        new("RotaryEmbedding", 3, 4, RotaryEmbedding),
    ];

    private static Rule[] Previews =>
    [
        new("FlexAttention", 3, 3, FlexAttention),
    ];

    private static void Attention(OnnxNode n)
    {
        int q = n.Input(0), k = n.Input(1), v = n.Input(2), bias = n.Optional(3), pastKey = n.Optional(4), pastValue = n.Optional(5);
        var lengths = n.Opset >= 24 ? n.Optional(6) : -1;
        if (n.Opset < 24 && n.InputCount > 6)
            throw new ModelException("nonpad_kv_seqlen is an input since operator set 24");
        if (pastKey < 0 != pastValue < 0)
            throw new ModelException("one of past_key and past_value is given, not both");
        var type = n.FactOf(q).Type;
        if (!n.FactOf(q).HasRank)
            throw new ModelException("the query's rank is not known");
        var flat = n.FactOf(q).Dims.Length == 3;
        if (flat)
            (q, k, v) = (Heads(n, q, "q_num_heads"), Heads(n, k, "kv_num_heads"), Heads(n, v, "kv_num_heads"));
        n.Ignore("q_num_heads");
        n.Ignore("kv_num_heads");
        Precision(n, type);
        if (pastKey >= 0)
        {
            var along = Attributes.None.With("axis", 2L);
            (k, v) = (n.Emit(Primitive.Concat, along, pastKey, k), n.Emit(Primitive.Concat, along, pastValue, v));
        }
        var a = Attributes.None;
        if (n.Has("scale"))
            a = a.With("scale", n.Float("scale", 1));
        if (n.Float("softcap", 0) != 0)
            a = a.With("softcap", n.Float("softcap", 0));
        if (n.HasOutput(3))
            a = WithInt(a, "scores", n.Int("qk_matmul_output_mode", 0), 0);
        n.Ignore("qk_matmul_output_mode");
        var offsets = n.Int("is_causal", 0) != 0 ? Offsets(n, q, pastKey, lengths) : -1;
        var outputs = n.EmitAll(Primitive.Attention, a, n.HasOutput(3) ? 2 : 1, q, Like(n, k, q), Like(n, v, q), Bias(n, bias, q), lengths, offsets);
        n.Output(0, flat ? n.Emit(Primitive.Reshape, Attributes.None, n.Emit(Primitive.Transpose, Perm(0, 2, 1, 3), outputs[0]), n.Constant([0, 0, -1])) : outputs[0]);
        n.Output(1, k);
        n.Output(2, v);
        if (n.HasOutput(3))
            n.Output(3, outputs[1]);
    }

    /// <summary>Softmax is computed in float32, or in float64 where the operands are that: no less than what may be asked for.</summary>
    private static void Precision(OnnxNode n, DType? type)
    {
        var precision = (DType)Math.Clamp(n.Int("softmax_precision", (long)DType.Float32), 0, 255);
        if (precision == DType.Float64 && type != DType.Float64 || !precision.IsFloat())
            throw new ModelException($"softmax_precision {n.Int("softmax_precision", 0)} is not supported for {type?.Name() ?? "an unknown type"}");
    }

    /// <summary>[B, L, H·E] as [B, H, L, E].</summary>
    private static int Heads(OnnxNode n, int x, string name)
    {
        var heads = n.Int(name, 0);
        if (heads is < 1 or > int.MaxValue)
            throw new ModelException(n.Has(name) ? $"{name} is {heads}" : $"attribute '{name}' is missing");
        return n.Emit(Primitive.Transpose, Perm(0, 2, 1, 3), n.Emit(Primitive.Reshape, Attributes.None, x, n.Constant([0, 0, heads, -1])));
    }

    private static Attributes Perm(params ReadOnlySpan<long> axes) => Attributes.None.With("perm", System.Collections.Immutable.ImmutableArray.Create(axes));

    /// <summary>A mask as what is added to the scores: -infinity where a key is masked.</summary>
    private static int Bias(OnnxNode n, int mask, int like)
    {
        if (mask < 0 || n.FactOf(mask).Type is not DType.Bool)
            return mask < 0 ? mask : Like(n, mask, like);
        var type = n.FactOf(like).Type ?? throw new ModelException("the query's type is not known");
        var bias = n.Emit(Primitive.Where, Attributes.None, mask, n.Constant(Models.Tensor.Scalar(0f)), n.Constant(Models.Tensor.Scalar(float.NegativeInfinity)));
        return type == DType.Float32 ? bias : n.Emit(Primitive.Cast, To(type), bias);
    }

    /// <summary>The keys before the first query: those of the cache, or of the valid ones all but the last L.</summary>
    private static int Offsets(OnnxNode n, int q, int pastKey, int lengths)
    {
        if (pastKey >= 0)
            return ExtentOf(n, pastKey, 2);
        return lengths < 0 ? n.Constant([0]) : n.Emit(Primitive.Sub, Attributes.None, lengths, ExtentOf(n, q, 2));
    }

    /// <summary>One extent, as a list of one number.</summary>
    private static int ExtentOf(OnnxNode n, int x, long axis) =>
        n.Emit(Primitive.Slice, Attributes.None, n.Emit(Primitive.Shape, Attributes.None, x), n.Constant([axis]), n.Constant([axis + 1]));

    /// <summary>Attention whose scores and probabilities pass through graphs of the model's own. Without these it is Attention.</summary>
    private static void FlexAttention(OnnxNode n)
    {
        int q = n.Input(0), k = n.Input(1), v = n.Input(2);
        var type = n.FactOf(q).Type;
        Precision(n, type);
        if (!n.Has("score_mod") && !n.Has("prob_mod"))
        {
            n.Output(0, n.Emit(Primitive.Attention, n.Has("scale") ? Attributes.None.With("scale", n.Float("scale", 1)) : Attributes.None, q, Like(n, k, q), Like(n, v, q)));
            return;
        }
        if (n.FactOf(q) is not { HasRank: true, Dims: [_, _, _, > 0 and var width] })
            throw new ModelException($"the query is {n.FactOf(q)}, not of rank 4 with a known head size");
        int keys = ExtentOf(n, k, 2), groups = ExtentOf(n, k, 1), first = Wide(n, q);
        // The query heads that share keys follow one another: together they are the rows of one product.
        var rows = n.Emit(Primitive.Reshape, Attributes.None, first, Joined(n, n.Constant([0]), groups, n.Constant([-1, width])));
        var scores = n.Emit(Primitive.MatMul, Attributes.None, rows, n.Emit(Primitive.Transpose, Perm(0, 1, 3, 2), Like(n, k, first)));
        var scale = n.Has("scale") ? n.Float("scale", 1) : 1 / MathF.Sqrt(width);
        scores = n.Emit(Primitive.Mul, Attributes.None, scores, Number(n, scores, scale));
        var heads = n.Emit(Primitive.Slice, Attributes.None, n.Emit(Primitive.Shape, Attributes.None, q), n.Constant([0]), n.Constant([3]));
        scores = n.Through("score_mod", n.Emit(Primitive.Reshape, Attributes.None.With("allowzero", 1L), scores, Joined(n, heads, keys)));
        var weights = n.Through("prob_mod", n.Emit(Primitive.Softmax, Attributes.None, scores));
        weights = n.Emit(Primitive.Reshape, Attributes.None, weights, Joined(n, n.Constant([0]), groups, n.Constant([-1]), keys));
        var y = n.Emit(Primitive.MatMul, Attributes.None, weights, Like(n, v, weights));
        n.Output(0, Narrow(n, n.Emit(Primitive.Reshape, Attributes.None.With("allowzero", 1L), y, Joined(n, heads, ExtentOf(n, v, 3))), type));
    }

    private static int Joined(OnnxNode n, params ReadOnlySpan<int> lists) => n.Emit(Primitive.Concat, Attributes.None.With("axis", 0L), lists);

    private static void LinearAttention(OnnxNode n)
    {
        n.Ignore("chunk_size");     // how the steps are grouped, which shows in no output
        var rule = n.Text("update_rule", "gated_delta");
        if (rule is not ("linear" or "gated" or "delta" or "gated_delta"))
            throw new ModelException($"update_rule '{OnnxModel.Cut(rule)}' is not known");
        if (n.HasInput(4) != rule is "gated" or "gated_delta")
            throw new ModelException($"update_rule '{rule}' {(n.HasInput(4) ? "takes no decay" : "needs a decay")}");
        if (n.HasInput(5) != rule is "delta" or "gated_delta")
            throw new ModelException($"update_rule '{rule}' {(n.HasInput(5) ? "takes no beta" : "needs a beta")}");
        var a = Attributes.None.With("q_num_heads", n.Int("q_num_heads", 0)).With("kv_num_heads", n.Int("kv_num_heads", 0));
        if (n.Float("scale", 0) != 0)
            a = a.With("scale", n.Float("scale", 0));
        DType? type = n.FactOf(n.Input(0)).Type, stored = n.HasInput(3) ? n.FactOf(n.Input(3)).Type : type;
        var inputs = n.AllInputs().ToArray();
        inputs[0] = Wide(n, inputs[0]);
        for (var i = 1; i < inputs.Length; i++)
            inputs[i] = inputs[i] < 0 ? -1 : Like(n, inputs[i], inputs[0]);
        var outputs = n.EmitAll(Primitive.LinearAttention, a, 2, inputs);
        n.Output(0, Narrow(n, outputs[0], type));
        n.Output(1, stored is { } t && t != n.FactOf(outputs[1]).Type ? n.Emit(Primitive.Cast, To(t), outputs[1]) : outputs[1]);
    }

    /// <summary>A convolution of each channel by itself over what came before and the input; the last elements are the next state.</summary>
    private static void CausalConvolution(OnnxNode n)
    {
        var activation = n.Text("activation", "none");
        if (activation is not ("none" or "silu" or "swish"))
            throw new ModelException($"activation '{OnnxModel.Cut(activation)}' is not none, silu or swish");
        int x = n.Input(0), w = n.Input(1), bias = n.Optional(2), past = n.Optional(3);
        if (n.FactOf(w) is not { HasRank: true, Dims: [> 0 and var channels, 1 or -1, > 0 and var taps] })
            throw new ModelException($"weights {n.FactOf(w)}, not one row for each channel, of known extents");
        var all = past >= 0
            ? n.Emit(Primitive.Concat, Attributes.None.With("axis", 2L), past, x)
            : n.Emit(Primitive.Pad, Attributes.None, x, n.Constant([0, 0, taps - 1, 0, 0, 0]));
        var type = n.FactOf(x).Type;
        var wide = Wide(n, all);
        var y = n.Emit(Primitive.Conv, WithInt(Attributes.None, "group", channels, 1), wide, Like(n, w, wide), bias < 0 ? -1 : Like(n, bias, wide));
        if (activation != "none")
            y = n.Emit(Primitive.Mul, Attributes.None, y, n.Emit(Primitive.Sigmoid, Attributes.None, y));
        n.Output(0, Narrow(n, y, type));
        n.Output(1, n.Emit(Primitive.Slice, Attributes.None, all, n.Constant([taps == 1 ? long.MaxValue : 1 - taps]), n.Constant([long.MaxValue]), n.Constant([2])));
    }

    private static void RotaryEmbedding(OnnxNode n)
    {
        int input = n.Input(0), cos = n.Input(1), sin = n.Input(2), positions = n.Optional(3);
        if (n.FactOf(input) is not { HasRank: true, Dims.Length: 3 or 4 })
            throw new ModelException($"the input is {n.FactOf(input)}, not of rank 3 or 4");
        var type = n.FactOf(input).Type;
        var flat = n.FactOf(input).Dims.Length == 3;
        var heads = n.Int("num_heads", 0);
        if (flat && heads is < 1 or > int.MaxValue)
            throw new ModelException($"num_heads is {heads}");
        var x = flat ? n.Emit(Primitive.Reshape, Attributes.None, input, n.Constant([0, 0, heads, -1])) : input;
        if (positions >= 0)
            (cos, sin) = (n.Emit(Primitive.Gather, Attributes.None, cos, positions), n.Emit(Primitive.Gather, Attributes.None, sin, positions));
        // Heads stand before the sequence in rank 4, behind it in rank 3; the angles are the same for all of them.
        var headAxis = n.Constant([flat ? 2 : 1]);
        (cos, sin) = (n.Emit(Primitive.Unsqueeze, Attributes.None, cos, headAxis), n.Emit(Primitive.Unsqueeze, Attributes.None, sin, headAxis));
        long turned = n.Int("rotary_embedding_dim", 0);
        var whole = turned == 0;
        if (whole)
            turned = n.FactOf(x) is { HasRank: true, Dims: [.., >= 0 and var width] } ? width : throw new ModelException("the head size is not known");
        if (turned < 0 || turned % 2 != 0)
            throw new ModelException($"{turned} elements of a head cannot be turned in pairs");
        var wide = Wide(n, x);
        (cos, sin) = (Like(n, cos, wide), Like(n, sin, wide));
        var pairs = n.Int("interleaved", 0) != 0;
        int first = pairs ? Part(0, turned, 2) : Part(0, turned / 2, 1), second = pairs ? Part(1, turned, 2) : Part(turned / 2, turned, 1);
        var left = n.Emit(Primitive.Sub, Attributes.None, Times(cos, first), Times(sin, second));
        var right = n.Emit(Primitive.Add, Attributes.None, Times(sin, first), Times(cos, second));
        var last = Attributes.None.With("axis", -1L);
        var y = pairs
            ? n.Emit(Primitive.Reshape, Attributes.None, n.Emit(Primitive.Concat, last, Column(left), Column(right)), n.Constant([0, 0, 0, -1]))
            : n.Emit(Primitive.Concat, last, left, right);
        y = Narrow(n, y, type);
        if (!whole)
            y = n.Emit(Primitive.Concat, last, y, n.Emit(Primitive.Slice, Attributes.None, x, n.Constant([turned]), n.Constant([long.MaxValue]), n.Constant([-1])));
        n.Output(0, flat ? n.Emit(Primitive.Reshape, Attributes.None, y, n.Constant([0, 0, -1])) : y);

        int Part(long from, long to, long step) =>
            n.Emit(Primitive.Slice, Attributes.None, wide, n.Constant([from]), n.Constant([to]), n.Constant([-1]), n.Constant([step]));
        int Times(int a, int b) => n.Emit(Primitive.Mul, Attributes.None, a, b);
        int Column(int a) => n.Emit(Primitive.Unsqueeze, Attributes.None, a, n.Constant([-1]));
    }
}
