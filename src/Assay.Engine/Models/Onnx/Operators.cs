namespace Assay.Engine.Models.Onnx;

/// <summary>What each ONNX operator lowers to, at every version of the operator set that differs in meaning.</summary>
/// <remarks>Source: github.com/onnx/onnx, docs/Operators.md for the newest meaning, docs/Changelog.md for the older ones.</remarks>
internal static partial class Operators
{
    private const int Any = int.MaxValue;

    private static readonly Dictionary<string, Rule> Table = Join(
        Basics, Functions, Contractions, Movement, Elementwise, ActivationRules, Quantized, Reductions, Normalizations, Attentions, Losses, Sums, Indexing, Images, Blocks, Signals,
        Control, Sequences, Recurrences, Texts);

    private static readonly Dictionary<string, Dictionary<string, Rule>> Domains = new(StringComparer.Ordinal)
    {
        [""] = Table,
        ["ai.onnx.preview"] = Join(Previews),
        ["ai.onnx.ml"] = Join(MachineLearning),
        [OnnxModel.Int8Domain] = Join(Int8Rules),
    };

    private static Rule[] Basics =>
    [
        new("Identity", 1, 1, n => n.Output(0, n.Input(0))),
        new("Constant", 0, 0, Constant),
        new("Relu", 1, 1, n => Unary(n, Primitive.Relu)),
        new("Sigmoid", 1, 1, n => Unary(n, Primitive.Sigmoid)),
        new("Tanh", 1, 1, n => Unary(n, Primitive.Tanh)),
        new("Exp", 1, 1, n => Unary(n, Primitive.Exp)),
        new("Log", 1, 1, n => Unary(n, Primitive.Log)),
        new("Sqrt", 1, 1, n => Unary(n, Primitive.Sqrt)),
        new("Neg", 1, 1, n => Unary(n, Primitive.Neg)),
        new("Abs", 1, 1, n => Unary(n, Primitive.Abs)),
        new("Add", 2, 2, n => Binary(n, Primitive.Add)),
        new("Sub", 2, 2, n => Binary(n, Primitive.Sub)),
        new("Mul", 2, 2, n => Binary(n, Primitive.Mul)),
        new("Div", 2, 2, n => Binary(n, Primitive.Div)),
        new("Equal", 2, 2, n => Binary(n, Primitive.Equal)),
        new("Less", 2, 2, n => Binary(n, Primitive.Less)),
        new("Greater", 2, 2, n => Binary(n, Primitive.Greater)),
        new("LessOrEqual", 2, 2, n => OrEqual(n, Primitive.Less)),
        new("GreaterOrEqual", 2, 2, n => OrEqual(n, Primitive.Greater)),
        new("Min", 1, Any, n => Fold(n, Primitive.Min)),
        new("Max", 1, Any, n => Fold(n, Primitive.Max)),
        new("Sum", 1, Any, n => Fold(n, Primitive.Add)),
    ];

    /// <summary>The operators that can be lowered.</summary>
    public static IEnumerable<string> Names => Table.Keys;

    public static void Lower(OnnxNode node)
    {
        if (node.TryInline())
            return;
        if (Unfolded(node) is { } unfolded)
        {
            node.ReadAttributes();
            unfolded.Lower(node);
            node.Finish();
            return;
        }
        var domain = Context.Plain(node.Domain);
        if (!Domains.TryGetValue(domain, out var table))
            throw new ModelException($"operators of domain '{OnnxModel.Cut(domain)}' are not supported");
        if (node.Version == 0)
            throw new ModelException(domain.Length == 0 ? "the default operator set is not imported" : $"operator set '{domain}' is not imported");
        if (!table.TryGetValue(node.Op, out var entry))
            throw new ModelException($"operator '{OnnxModel.Cut(node.Op)}' is not supported");
        if (node.InputCount < entry.Least || node.InputCount > entry.Most)
            throw new ModelException($"{node.InputCount} inputs, where {node.Op} takes {entry.Least}{(entry.Most == entry.Least ? "" : entry.Most == Any ? " or more" : $" to {entry.Most}")}");
        if (node.OutputCount == 0)
            throw new ModelException("no outputs");
        node.ReadAttributes();
        entry.Lower(node);
        node.Finish();
    }

    /// <summary>One operator: its name, how many inputs it takes, and what it lowers to.</summary>
    private sealed record Rule(string Name, int Least, int Most, Action<OnnxNode> Lower);

    private static Dictionary<string, Rule> Join(params ReadOnlySpan<Rule[]> themes)
    {
        var table = new Dictionary<string, Rule>(StringComparer.Ordinal);
        foreach (var theme in themes)
            foreach (var rule in theme)
                table.Add(rule.Name, rule);
        return table;
    }

    private static void Unary(OnnxNode n, Primitive op)
    {
        n.Ignore("consumed_inputs");    // an optimisation hint of opset 1
        n.Output(0, n.Emit(op, Attributes.None, n.Input(0)));
    }

    private static void Binary(OnnxNode n, Primitive op)
    {
        n.Ignore("consumed_inputs");
        int a = n.Input(0), b = n.Input(1);
        n.Output(0, n.Emit(op, Attributes.None, a, n.Opset < 7 ? AlignedAt(n, a, b) : b));
    }

    /// <summary>Before version 7 the right operand could be aligned at an axis of the left: ones after it say the same today.</summary>
    private static int AlignedAt(OnnxNode n, int a, int b)
    {
        if (n.Int("broadcast", 0) == 0 || !n.Has("axis"))
            return b;
        Fact left = n.FactOf(a), right = n.FactOf(b);
        if (!left.HasRank || !right.HasRank)
            throw new ModelException("broadcasting at an axis of a tensor of unknown rank is not supported");
        var axis = ShapeRules.Axis(n.Int("axis", 0), Math.Max(left.Dims.Length, 1));
        var missing = left.Dims.Length - axis - right.Dims.Length;
        if (missing < 0)
            throw new ModelException($"{right} does not fit {left} at axis {axis}");
        long[] axes = [.. Enumerable.Range(right.Dims.Length, missing).Select(i => (long)i)];
        return missing == 0 ? b : n.Emit(Primitive.Unsqueeze, Attributes.None, b, n.Constant(axes));
    }

    private static void OrEqual(OnnxNode n, Primitive strict)
    {
        // a <= b is not "not b < a" where one is NaN; with Equal beside it there is no such trap.
        int a = n.Input(0), b = n.Input(1);
        n.Output(0, n.Emit(Primitive.Or, Attributes.None, n.Emit(strict, Attributes.None, a, b), n.Emit(Primitive.Equal, Attributes.None, a, b)));
    }

    private static void Fold(OnnxNode n, Primitive op)
    {
        n.Ignore("consumed_inputs");
        var all = n.Input(0);
        if (n.InputCount == 1)
            all = n.Emit(Primitive.Identity, Attributes.None, all);
        for (var i = 1; i < n.InputCount; i++)
            all = n.Emit(op, Attributes.None, all, n.Input(i));
        n.Output(0, all);
    }

    private static void Constant(OnnxNode n)
    {
        Tensor? value = null;
        if (n.Has("value"))
            value = n.Tensor("value");
        else if (n.Has("value_float"))
            value = Tensor.Scalar(n.Float("value_float", 0));
        else if (n.Has("value_int"))
            value = Tensor.Scalar(n.Int("value_int", 0));
        else if (n.Has("value_floats"))
            value = Tensor.From<float>(Shape.Of(n.Floats("value_floats").Length), n.Floats("value_floats").AsSpan());
        else if (n.Has("value_string"))
            value = Tensor.OfTexts(Shape.Scalar, n.Text("value_string", ""));
        else if (n.Has("value_strings"))
            value = Tensor.OfTexts(Shape.Of(n.Texts("value_strings").Length), [.. n.Texts("value_strings")]);
        else if (n.Has("value_ints"))
            value = Tensor.From<long>(Shape.Of(n.Ints("value_ints").Length), n.Ints("value_ints").AsSpan());
        n.Output(0, n.Constant(value ?? throw new ModelException("a constant without a value that is supported")));
    }

    private static Attributes To(DType type) => Attributes.None.With("to", (long)type);

    /// <summary>Adds a number, unless it is the primitive's default: what is left out means the same.</summary>
    private static Attributes WithInt(Attributes a, string name, long value, long otherwise) => value == otherwise ? a : a.With(name, value);

    /// <summary>Passes a list on, unless it is absent.</summary>
    private static Attributes WithInts(OnnxNode n, Attributes a, string name)
    {
        var values = n.Ints(name);
        return n.Has(name) ? a.With(name, values) : a;
    }

    /// <summary>Passes a list on, unless all its numbers are the default.</summary>
    private static Attributes WithInts(OnnxNode n, Attributes a, string name, long otherwise)
    {
        var values = n.Ints(name);
        return values.All(v => v == otherwise) ? a : a.With(name, values);
    }
}
