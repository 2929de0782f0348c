using Assay.Engine.Models;
using Assay.Engine.Models.Onnx;
using static Assay.Engine.Tests.Execution.Runs;

namespace Assay.Engine.Tests.Execution;

/// <summary>Tensors of strings: moved, compared, cut, looked up and counted.</summary>
public sealed class TextTests
{
    private static Tensor T(params string[] texts) => Tensor.OfTexts(Shape.Of(texts.Length), texts);

    private static string[] Texts(ModelValue value) => ((Tensor)value).Texts.ToArray();

    private static ModelValue[] One(string op, ModelValue x, (string, object)[] attributes, params string[] outputs)
    {
        var tensor = (Tensor)x;
        var model = new OnnxWriter(20).Input("x", tensor.Type, tensor.Shape.Dims.AsSpan()).Node(op, ["x"], outputs, attributes);
        foreach (var output in outputs)
            model.Output(output);
        return Both(model, ("x", x));
    }

    [Fact]
    public void Movement_moves_strings_and_equality_compares_them()
    {
        var model = new OnnxWriter(20).Input("x", DType.String, 2, 2).Initialiser("i", Tensor.From<long>(Shape.Of(2), [-1, 0])).Initialiser("pads", Tensor.From<long>(Shape.Of(4), [0, 1, 0, 0]))
            .Node("Transpose", ["x"], ["t"]).Node("Gather", ["t", "i"], ["g"]).Node("Concat", ["g", "x"], ["c"], ("axis", 0)).Node("Pad", ["c", "pads"], ["p"])
            .Node("Equal", ["g", "x"], ["e"]).Node("Split", ["x"], ["s", "u"], ("axis", 0), ("num_outputs", 2L)).Output("p").Output("e").Output("s").Output("u");
        var outputs = Both(model, ("x", Tensor.OfTexts(Shape.Of(2, 2), "a", "b", "c", "b")));
        Assert.Equal(["", "b", "b", "", "a", "c", "", "a", "b", "", "c", "b"], Texts(outputs[0]));
        Assert.Equal([0, 1, 0, 0], ((Tensor)outputs[1]).Bytes.ToArray());
        Assert.Equal(["a", "b"], Texts(outputs[2]));
        Assert.Equal(["c", "b"], Texts(outputs[3]));
        Assert.Contains("Relu takes no strings", Refused(new OnnxWriter(20).Input("x", DType.String, 1).Node("Relu", ["x"], ["y"]).Output("y"), null, ("x", T("a"))), StringComparison.Ordinal);
        Assert.Contains("Add takes no strings", Refused(new OnnxWriter(20).Input("x", DType.String, 1).Node("Add", ["x", "x"], ["y"]).Output("y"), null, ("x", T("a"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Splitting_follows_the_text()
    {
        void Check(string text, string[] parts, params (string, object)[] attributes)
        {
            var outputs = One("StringSplit", T(text), attributes, "y", "n");
            Assert.Equal(parts, Texts(outputs[0]));
            Assert.Equal([(long)parts.Length], Longs(outputs[1]));
        }
        Check("  a\t b\u3000c ", ["a", "b", "c"]);
        Check("  a\t b c ", ["a", "b c "], ("maxsplit", 1L));
        Check("a--b---", ["a", "b", "-"], ("delimiter", "--"));
        Check("aXbXc", ["a", "bXc"], ("delimiter", "X"), ("maxsplit", 1L));
        Check("", [""], ("delimiter", "X"));
        Check("   ", []);
        Assert.Equal(Shape.Of(0, 0), ((Tensor)One("StringSplit", Tensor.OfTexts(Shape.Of(0)), [], "y", "n")[0]).Shape);
    }

    [Fact]
    public void Normalising_drops_stop_words_and_refuses_what_has_no_fixed_case()
    {
        Assert.Equal(["B"], Texts(One("StringNormalizer", T("A", "b"), [("stopwords", new[] { "a" }), ("case_change_action", "UPPER")], "y")[0]));
        Assert.Equal(["A", "b"], Texts(One("StringNormalizer", T("A", "b"), [("stopwords", new[] { "a" }), ("is_case_sensitive", 1L)], "y")[0]));
        Assert.Equal([""], Texts(One("StringNormalizer", T("A"), [("stopwords", new[] { "a" })], "y")[0]));
        Assert.Equal(["ä"], Texts(One("StringNormalizer", T("ä"), [], "y")[0]));
        Assert.Contains("beyond ASCII", Refused(new OnnxWriter(20).Input("x", DType.String, 1).Node("StringNormalizer", ["x"], ["y"], ("case_change_action", "LOWER")).Output("y"), null, ("x", T("Ä"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Strings_that_grow_without_end_are_refused_within_the_limit()
    {
        var body = new OnnxWriter(20).Input("i", DType.Int64).Input("go", DType.Bool).InputOfAnyRank("s", DType.String).Node("StringConcat", ["s", "s"], ["t"]).Output("go").Output("t");
        var model = new OnnxWriter(20).Input("x", DType.String).Initialiser("n", Tensor.Scalar(60L)).Node("Loop", ["n", "", "x"], ["y"], ("body", body)).Output("y");
        Assert.Contains("bytes of references and texts would bring the run above 1000000 bytes", Refused(model, new() { Bytes = 1_000_000 }, ("x", Tensor.OfTexts(Shape.Scalar, "ab"))), StringComparison.Ordinal);
    }

    [Fact]
    public void N_grams_are_counted_with_skips_and_weights()
    {
        (string, object)[] pool = [("pool_int64s", new long[] { 2, 3, 5, 4, 5, 6, 7, 8, 6, 7 }), ("ngram_counts", new long[] { 0, 4 }), ("ngram_indexes", new long[] { 0, 1, 2, 3, 4, 5, 6 })];
        var x = Tensor.From<long>(Shape.Of(12), [1, 1, 3, 3, 3, 7, 8, 6, 7, 5, 6, 8]);
        float[] Run(string mode, long skip, params (string, object)[] more) => Floats(One("TfIdfVectorizer", x, [.. pool, ("mode", mode), ("min_gram_length", 1L), ("max_gram_length", 2L), ("max_skip_count", skip), .. more], "y")[0]);
        Assert.Equal([0f, 3, 1, 0, 1, 1, 1], Run("TF", 0));
        Assert.Equal([0f, 3, 1, 0, 1, 3, 1], Run("TF", 5));
        Assert.Equal([0f, 1, 1, 0, 1, 1, 1], Run("IDF", 5));
        Assert.Equal([0f, 1.5f, 1, 0, 1, 6, 1], Run("TFIDF", 5, ("weights", new[] { 1, 0.5f, 1, 1, 1, 2, 1 })));
        Assert.Contains("n-grams in the pool, and 1 columns", Refused(new OnnxWriter(20).Input("x", DType.Int64, 2).Node("TfIdfVectorizer", ["x"], ["y"], ("pool_int64s", new long[] { 1, 2 }),
            ("ngram_counts", new long[] { 0 }), ("ngram_indexes", new long[] { 0 }), ("mode", "TF"), ("min_gram_length", 1L), ("max_gram_length", 1L), ("max_skip_count", 0L)).Output("y"),
            null, ("x", Tensor.From<long>(Shape.Of(2), [1, 2]))), StringComparison.Ordinal);
    }
}
