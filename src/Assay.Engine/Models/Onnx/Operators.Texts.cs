using System.Collections.Immutable;

namespace Assay.Engine.Models.Onnx;

/// <content>Strings; and of the domain ai.onnx.ml what needs little more.</content>
internal static partial class Operators
{
    private static Rule[] Texts =>
    [
        new("StringConcat", 2, 2, n => n.Output(0, n.Emit(Primitive.StringConcat, Attributes.None, n.Input(0), n.Input(1)))),
        new("StringSplit", 1, 1, StringSplit),
        new("StringNormalizer", 1, 1, StringNormalizer),
        new("TfIdfVectorizer", 1, 1, TfIdfVectorizer),
    ];

    /// <summary>The domain ai.onnx.ml.</summary>
    private static Rule[] MachineLearning =>
    [
        new("ArrayFeatureExtractor", 2, 2, ArrayFeatureExtractor),
        new("Binarizer", 1, 1, Binarizer),
        new("LabelEncoder", 1, 1, LabelEncoder),
        new("Scaler", 1, 1, Scaler),
    ];

    private static void StringSplit(OnnxNode n)
    {
        var a = n.Text("delimiter", "") is { Length: > 0 } delimiter ? Attributes.None.With("delimiter", delimiter) : Attributes.None;
        if (n.Has("maxsplit"))
            a = a.With("maxsplit", n.Int("maxsplit", 0));
        Outputs(n, n.EmitAll(Primitive.StringSplit, a, 2, n.Input(0)));
    }

    private static void StringNormalizer(OnnxNode n)
    {
        n.Ignore("locale");     // only ASCII changes case, and that alike everywhere
        var a = Attributes.None;
        if (n.Text("case_change_action", "NONE") is not "NONE" and var action)
            a = a.With("case_change_action", action);
        a = WithInt(a, "is_case_sensitive", n.Int("is_case_sensitive", 0) == 0 ? 0 : 1, 0);
        var stops = n.Texts("stopwords");
        n.Output(0, n.Emit(Primitive.StringNormalizer, a, n.Input(0), stops.IsEmpty ? -1 : List(n, stops)));
    }

    private static void TfIdfVectorizer(OnnxNode n)
    {
        var a = Attributes.None.With("mode", n.Text("mode", "")).With("min_gram_length", n.Int("min_gram_length", 0))
            .With("max_gram_length", n.Int("max_gram_length", 0)).With("max_skip_count", n.Int("max_skip_count", 0));
        var x = n.Input(0);
        int pool;
        if (n.Has("pool_strings"))
            pool = List(n, n.Texts("pool_strings"));
        else if (n.FactOf(x).Type == DType.Int32)
            pool = n.Constant(Tensor.From<int>(Shape.Of(n.Ints("pool_int64s").Length), [.. n.Ints("pool_int64s").Select(v => v is >= int.MinValue and <= int.MaxValue
                ? (int)v : throw new ModelException($"pool_int64s holds {v}, and the input is int32"))]));
        else
            pool = n.Constant(n.Ints("pool_int64s").AsSpan());
        var weights = n.Floats("weights");
        n.Output(0, n.Emit(Primitive.TfIdfVectorizer, a, x, pool, n.Constant(n.Ints("ngram_counts").AsSpan()), n.Constant(n.Ints("ngram_indexes").AsSpan()),
            weights.IsEmpty ? -1 : n.Constant(Tensor.From<float>(Shape.Of(weights.Length), weights.AsSpan()))));
    }

    private static void Binarizer(OnnxNode n)
    {
        var x = n.Input(0);
        var type = KnownType(n, x);
        var threshold = n.Emit(Primitive.Cast, To(type), n.Constant(Tensor.Scalar(n.Float("threshold", 0))));
        n.Output(0, n.Emit(Primitive.Cast, To(type), n.Emit(Primitive.Greater, Attributes.None, x, threshold)));
    }

    private static void ArrayFeatureExtractor(OnnxNode n)
    {
        int x = n.Input(0), places = n.Emit(Primitive.Reshape, Attributes.None, n.Input(1), n.Constant([-1L]));
        if (n.FactOf(x) is not { HasRank: true, Dims.Length: >= 1 and var rank })
            throw new ModelException("an input of unknown rank is not supported");
        if (rank == 1)
            x = n.Emit(Primitive.Unsqueeze, Attributes.None, x, n.Constant([0L]));
        n.Output(0, n.Emit(Primitive.Gather, Attributes.None.With("axis", Math.Max(rank, 2) - 1L), x, places));
    }

    private static void Scaler(OnnxNode n)
    {
        var x = n.Input(0);
        if (KnownType(n, x) != DType.Float32)
            x = n.Emit(Primitive.Cast, To(DType.Float32), x);
        foreach (var (list, op, neutral) in new[] { ("offset", Primitive.Sub, 0f), ("scale", Primitive.Mul, 1f) })
            if (n.Floats(list) is { IsEmpty: false } values && values.Any(v => v != neutral))
                x = n.Emit(op, Attributes.None, x, n.Constant(Tensor.From<float>(Shape.Of(values.Length), values.AsSpan())));
        n.Output(0, n.Emit(Primitive.Identity, Attributes.None, x));
    }

    /// <summary>Where each element stands among the keys, and the value that stands there; the default behind the last.</summary>
    private static void LabelEncoder(OnnxNode n)
    {
        if (n.Version < 2)
            throw new ModelException("LabelEncoder before version 2 of ai.onnx.ml is not supported");
        var x = n.Input(0);
        var keys = Labels(n, "keys", KnownType(n, x)) ?? throw new ModelException("no keys of the input's type");
        var values = Labels(n, "values", null) ?? throw new ModelException("no values");
        if (keys.Count != values.Count)
            throw new ModelException($"{keys.Count} keys and {values.Count} values");
        var otherwise = values.Type switch
        {
            _ when n.Tensor("default_tensor") is { } tensor => tensor,
            DType.String => Tensor.OfTexts(Shape.Of(1), n.Text("default_string", "_Unused")),
            DType.Int64 => Tensor.From<long>(Shape.Of(1), [n.Int("default_int64", -1)]),
            DType.Float32 => Tensor.From<float>(Shape.Of(1), [n.Float("default_float", -0f)]),
            _ => Tensor.Create(values.Type, Shape.Of(1)),
        };
        if (otherwise.Type != values.Type || otherwise.Count != 1)
            throw new ModelException($"the default is {otherwise}, where values are {values.Type.Name()}");
        foreach (var unused in new[] { "default_string", "default_int64", "default_float" })
            n.Ignore(unused);
        var all = n.Emit(Primitive.Concat, Attributes.None.With("axis", 0L), n.Constant(values.Reshape(Shape.Of(values.Count))), n.Constant(otherwise.Reshape(Shape.Of(1))));
        n.Output(0, n.Emit(Primitive.Gather, Attributes.None, all, n.Emit(Primitive.PositionOf, Attributes.None, x, n.Constant(keys))));
    }

    /// <summary>The one list of that name and of some type; of the wanted one, where that is known.</summary>
    private static Tensor? Labels(OnnxNode n, string name, DType? wanted)
    {
        var tensor = n.Tensor($"{name}_tensor")
            ?? (n.Has($"{name}_strings") ? Tensor.OfTexts(Shape.Of(n.Texts($"{name}_strings").Length), [.. n.Texts($"{name}_strings")])
            : n.Has($"{name}_int64s") ? Tensor.From<long>(Shape.Of(n.Ints($"{name}_int64s").Length), n.Ints($"{name}_int64s").AsSpan())
            : n.Has($"{name}_floats") ? Tensor.From<float>(Shape.Of(n.Floats($"{name}_floats").Length), n.Floats($"{name}_floats").AsSpan()) : null);
        return wanted is null || tensor?.Type == wanted ? tensor : null;
    }

    private static DType KnownType(OnnxNode n, int id) => n.FactOf(id).Type ?? throw new ModelException("an input of unknown type is not supported");

    private static int List(OnnxNode n, ImmutableArray<string> texts) => n.Constant(Tensor.OfTexts(Shape.Of(texts.Length), [.. texts]));
}
