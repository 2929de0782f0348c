using System.Collections.Immutable;
using Assay.Engine.Execution;
using Assay.Engine.Execution.Reference;
using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using Assay.Engine.Numerics;
using Assay.Engine.Tests.Models;

namespace Assay.Engine.Tests.Execution;

/// <summary>Attention of both kinds and what stands around it: values worked out by hand, and the property that replay lives on.</summary>
public sealed class AttentionTests
{
    private const float Inf = float.PositiveInfinity;

    [Fact]
    public void Prefill_has_the_bits_of_decoding_token_by_token()
    {
        const int heads = 6, groups = 2, tokens = 41, width = 24;
        Tensor q = FastCase.Floats(1, 1, heads, tokens, width), k = FastCase.Floats(2, 1, groups, tokens, width), v = FastCase.Floats(3, 1, groups, tokens, width);
        foreach (var isa in Isas.Supported)
            foreach (var threads in new[] { 1, 2 })
            {
                using var prefill = new Session(Graph(q, k, v), new() { Isa = isa, Threads = threads });
                var whole = Rows(prefill.Run(Inputs(q, k, v, 0))[0].Value, 0, tokens);
                for (var t = 0; t < tokens; t += t < 20 ? 1 : 7)
                {
                    // One query against a cache of t + 1 keys; and against one that has room for more, masked by the offset alone.
                    foreach (var cached in new[] { t + 1, tokens })
                    {
                        Tensor one = Part(q, t, 1), keys = Part(k, 0, cached), values = Part(v, 0, cached);
                        using var decode = new Session(Graph(one, keys, values), new() { Isa = isa, Threads = threads });
                        Assert.Equal(Rows(Part(Tensor.From<float>(q.Shape, whole), t, 1), 0, 1), Rows(decode.Run(Inputs(one, keys, values, t))[0].Value, 0, 1));
                    }
                }
            }

        static Graph Graph(Tensor q, Tensor k, Tensor v)
        {
            ImmutableArray<ValueInfo> values = [.. new[] { ("q", q), ("k", k), ("v", v) }.Select(t => new ValueInfo(t.Item1, DType.Float32, t.Item2.Shape.Dims)), new("o", DType.Int64, [1]), new("y", null, default)];
            return new("attention", [0, 1, 2, 3], new Block([new(Primitive.Attention, [0, 1, 2, -1, -1, 3], [4], Attributes.None, [], "node 0")], [4]), values, ImmutableDictionary<int, Tensor>.Empty);
        }

        static Dictionary<string, Tensor> Inputs(Tensor q, Tensor k, Tensor v, long offset) =>
            new(StringComparer.Ordinal) { ["q"] = q, ["k"] = k, ["v"] = v, ["o"] = OpsetTests.Ints(offset) };

        static float[] Rows(Tensor t, int from, int count) => OpsetTests.Floats(Part(t, from, count));

        static Tensor Part(Tensor t, int from, int count)
        {
            var part = Tensor.Create(DType.Float32, Shape.Of(1, t.Shape[1], count, t.Shape[3]));
            for (var h = 0; h < t.Shape[1]; h++)
                t.Span<float>().Slice(((h * t.Shape[2]) + from) * t.Shape[3], count * t.Shape[3]).CopyTo(part.MutableSpan<float>()[(h * count * t.Shape[3])..]);
            return part;
        }
    }

    [Fact]
    public void Masked_keys_take_no_part_even_where_their_values_are_infinite()
    {
        Tensor q = F([1, 1, 1, 1], 1), k = F([1, 1, 3, 1], 0, 5, 0), v = F([1, 1, 3, 1], 2, Inf, 4);
        Assert.Equal([3f], Attend(q, k, v, Bools([1, 3], true, false, true)));
        Assert.Equal([3f], Attend(q, k, v, F([1, 3], 0, -Inf, 0)));
        Assert.Equal([2f], Attend(q, k, v, Bools([1, 1], true)));     // keys beyond the mask's extent are masked
        Assert.Equal([0f], Attend(q, k, v, Bools([1, 3], false, false, false)));
        Assert.Equal([Inf], Attend(q, k, v, null));
        Assert.Equal([2f], Attend(q, k, v, null, ("is_causal", 1)));
    }

    [Fact]
    public void Scores_are_scaled_capped_and_biased_in_this_order()
    {
        Tensor q = F([1, 1, 1, 4], 1, 2, 3, 4), k = F([1, 1, 2, 4], 1, 1, 1, 1, 0, 0, 0, 2), v = F([1, 1, 2, 1], 1, 0), bias = F([1, 2], 0.5f, -Inf);
        Assert.Equal([5f, 4], Scores(0));
        Assert.Equal([2 * ScalarMath.Tanh(2.5f), 2 * ScalarMath.Tanh(2)], Scores(1));
        Assert.Equal([(2 * ScalarMath.Tanh(2.5f)) + 0.5f, -Inf], Scores(2));
        Assert.Equal([1f, 0], Scores(3));

        float[] Scores(int mode)
        {
            var writer = new OnnxWriter(23).Input("q", DType.Float32, 1, 1, 1, 4).Initialiser("k", k).Initialiser("v", v).Initialiser("m", bias)
                .Node("Attention", ["q", "k", "v", "m"], ["y", "", "", "s"], ("softcap", 2f), ("qk_matmul_output_mode", mode)).Output("s");
            return OpsetTests.Floats(Reference.Run(OnnxModel.Read(writer.ToBytes()), new Dictionary<string, Tensor>(StringComparer.Ordinal) { ["q"] = q })[0].Value);
        }
    }

    [Fact]
    public void Attention_that_does_not_fit_together_is_refused()
    {
        Tensor q = F([1, 3, 1, 2]), k = F([1, 2, 2, 2]), v = F([1, 2, 2, 2]);
        Refused("3 query heads do not divide among 2", q, k, v);
        Refused("head sizes of Q and K", F([1, 2, 1, 3]), k, v);
        Refused("keys and values", F([1, 2, 1, 2]), k, F([1, 2, 3, 2]));
        Refused("Q has rank 5", F([1, 1, 1, 1, 1]), k, v);
        Refused("a mask 2x2 for scores 1x2x1x2", F([1, 2, 1, 2]), k, v, F([2, 2]));
        Refused("a mask 1x3", F([1, 2, 1, 2]), k, v, F([1, 3]));
        Refused("attribute 'q_num_heads' is missing", F([1, 1, 4]), F([1, 1, 4]), F([1, 1, 4]));
        Refused("one of past_key and past_value", F([1, 2, 1, 2]), k, v, null, k);

        static void Refused(string why, params Tensor?[] operands) =>
            Assert.Contains(why, Assert.Throws<ModelException>(() => AxisTests.Run(23, "Attention", operands)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Linear_attention_decays_corrects_writes_and_reads_its_state()
    {
        Tensor q = F([1, 2, 1], 1, 1), k = F([1, 2, 1], 1, 2), v = F([1, 2, 1], 3, 5), decay = F([1, 2, 1], 0, 0), beta = F([1, 2, 1], 1, 0.5f);
        var linear = Run("linear", q, k, v);
        Assert.Equal([3f, 13], OpsetTests.Floats(linear[0]));
        Assert.Equal([13f], OpsetTests.Floats(linear[1]));
        // The second value is half of what the state does not say yet: 0.5 (5 - 3·2).
        Assert.Equal([3f, 2], OpsetTests.Floats(Run("gated_delta", q, k, v, null, decay, beta)[0]));
        Assert.Equal([4f, 14], OpsetTests.Floats(Run("linear", q, k, v, F([1, 1, 1, 1], 1))[0]));
        Assert.Contains("needs a decay", Assert.Throws<ModelException>(() => Run("gated", q, k, v)).Message, StringComparison.Ordinal);
        Assert.Contains("do not divide", Assert.Throws<ModelException>(() => AxisTests.Run(27, "LinearAttention", [q, k, v], ("update_rule", "linear"), ("q_num_heads", 1), ("kv_num_heads", 2))).Message, StringComparison.Ordinal);

        static Tensor[] Run(string rule, params Tensor?[] operands) =>
            AxisTests.Run(27, "LinearAttention", operands, ("update_rule", rule), ("q_num_heads", 1), ("kv_num_heads", 1));
    }

    [Fact]
    public void A_causal_convolution_hands_on_its_last_elements()
    {
        Tensor x = F([1, 1, 3], 1, 2, 3), w = F([1, 1, 3], 1, 10, 100);
        var first = AxisTests.Run(27, "CausalConvWithState", [x, w]);
        Assert.Equal([100f, 210, 321], OpsetTests.Floats(first[0]));
        Assert.Equal([2f, 3], OpsetTests.Floats(first[1]));
        Assert.Equal([432f], OpsetTests.Floats(AxisTests.Run(27, "CausalConvWithState", [F([1, 1, 1], 4), w, null, first[1]])[0]));
        Assert.Equal(Shape.Of(1, 1, 0), AxisTests.Run(27, "CausalConvWithState", [x, F([1, 1, 1], 2)])[1].Shape);
        Assert.Equal([100f, 210, 321], OpsetTests.Floats(AxisTests.Run(27, "CausalConvWithState", [x, w], ("activation", "silu"))[0]));
    }

    [Fact]
    public void Rotary_embedding_turns_halves_or_pairs_and_leaves_the_rest()
    {
        Tensor x = F([1, 1, 1, 6], 1, 2, 3, 4, 5, 6), cos = F([2, 2], 1, 1, 0, 0), sin = F([2, 2], 0, 0, 1, 1), at = Tensor.From<long>(Shape.Of(1, 1), [1]);
        Assert.Equal([-3f, -4, 1, 2, 5, 6], OpsetTests.Floats(AxisTests.Run(23, "RotaryEmbedding", [x, cos, sin, at], ("rotary_embedding_dim", 4))[0]));
        Assert.Equal([-2f, 1, -4, 3, 5, 6], OpsetTests.Floats(AxisTests.Run(23, "RotaryEmbedding", [x, cos, sin, at], ("rotary_embedding_dim", 4), ("interleaved", 1))[0]));
        Assert.Contains("in pairs", Assert.Throws<ModelException>(() => AxisTests.Run(23, "RotaryEmbedding", [x, cos, sin, at], ("rotary_embedding_dim", 3))).Message, StringComparison.Ordinal);
    }

    private static float[] Attend(Tensor q, Tensor k, Tensor v, Tensor? mask, params (string, object)[] attributes) =>
        OpsetTests.Floats(AxisTests.Run(23, "Attention", [q, k, v, mask], attributes)[0]);

    private static Tensor F(int[] dims, params float[] values) => Tensor.From<float>(Shape.Of(dims), values.Length == 0 ? new float[Shape.Of(dims).Count] : values);

    private static Tensor Bools(int[] dims, params bool[] values) => Tensor.From<bool>(Shape.Of(dims), values);
}
