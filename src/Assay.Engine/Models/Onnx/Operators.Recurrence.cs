using System.Collections.Immutable;

namespace Assay.Engine.Models.Onnx;

/// <content>Recurrent cells.</content>
internal static partial class Operators
{
    private static Rule[] Recurrences =>
    [
        new("LSTM", 3, 8, n => Recurrent(n, Primitive.Lstm)),
        new("GRU", 3, 6, n => Recurrent(n, Primitive.Gru)),
        new("RNN", 3, 6, n => Recurrent(n, Primitive.Rnn)),
    ];

    private static void Recurrent(OnnxNode n, Primitive op)
    {
        n.Ignore("output_sequence");    // of opset 1: whether Y is wanted
        var batchFirst = n.Int("layout", 0) != 0;
        var direction = n.Text("direction", "forward");
        var a = direction == "forward" ? Attributes.None : Attributes.None.With("direction", direction);
        if (n.Has("hidden_size"))
            a = a.With("hidden_size", n.Int("hidden_size", 0));
        if (op == Primitive.Lstm)
            a = WithInt(a, "input_forget", n.Int("input_forget", 0) == 0 ? 0 : 1, 0);
        if (op == Primitive.Gru)
            a = WithInt(a, "linear_before_reset", n.Int("linear_before_reset", 0) == 0 ? 0 : 1, 0);
        if (n.Has("clip"))
            a = n.Float("clip", 0) is >= 0 and var clip ? a.With("clip", clip) : throw new ModelException($"clip is {n.Float("clip", 0)}");
        a = Activations(n, a, op);
        var inputs = n.AllInputs().ToBuilder();
        // The primitive has the steps before the batch.
        for (var i = 0; i < inputs.Count && batchFirst; i++)
            if (i is 0 or 5 or 6 && inputs[i] >= 0)
                inputs[i] = Permuted(n, inputs[i], 1, 0, 2);
        var outputs = n.EmitAll(op, a, op == Primitive.Lstm ? 3 : 2, inputs.ToArray());
        if (n.OutputCount > outputs.Length)
            throw new ModelException($"{n.OutputCount} outputs, where there are {outputs.Length}");
        for (var i = 0; i < n.OutputCount; i++)
            if (n.HasOutput(i))
                n.Output(i, !batchFirst ? outputs[i] : i == 0 ? Permuted(n, outputs[i], 2, 0, 1, 3) : Permuted(n, outputs[i], 1, 0, 2));
    }

    /// <summary>The functions of the gates, left out where they are the usual ones.</summary>
    private static Attributes Activations(OnnxNode n, Attributes a, Primitive op)
    {
        foreach (var list in new[] { "activation_alpha", "activation_beta" })
            if (n.Floats(list) is { IsEmpty: false } factors)
                a = a.With(list, factors);
        var usual = Activation.Defaults(op);
        var names = n.Texts("activations").Select(name => name.ToLowerInvariant()).ToArray();
        return names.Length > 0 && (names.Length % usual.Length != 0 || names.Where((name, i) => name != usual[i % usual.Length]).Any())
            ? a.With("activations", string.Join(',', names))
            : a;
    }

    private static int Permuted(OnnxNode n, int x, params ReadOnlySpan<long> perm) =>
        n.Emit(Primitive.Transpose, Attributes.None.With("perm", ImmutableArray.Create(perm)), x);
}
