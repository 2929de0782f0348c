using System.Collections.Immutable;

namespace Assay.Engine.Models;

/// <summary>A function inside a recurrent cell, with its factors (section 9 of the profile).</summary>
/// <remarks>Source: ONNX RNN, GRU, LSTM: attributes <c>activations</c>, <c>activation_alpha</c>, <c>activation_beta</c>.</remarks>
public readonly record struct Activation(string Name, float Alpha, float Beta)
{
    /// <summary>Factors where none are given, by the functions' names in lower case; NaN where the function has no such factor.</summary>
    private static readonly Dictionary<string, (float Alpha, float Beta)> Known = new(StringComparer.Ordinal)
    {
        ["relu"] = (float.NaN, float.NaN),
        ["tanh"] = (float.NaN, float.NaN),
        ["sigmoid"] = (float.NaN, float.NaN),
        ["softsign"] = (float.NaN, float.NaN),
        ["softplus"] = (float.NaN, float.NaN),
        ["affine"] = (1, 0),
        ["leakyrelu"] = (0.01f, float.NaN),
        ["thresholdedrelu"] = (1, float.NaN),
        ["scaledtanh"] = (1, 1),
        ["hardsigmoid"] = (0.2f, 0.5f),
        ["elu"] = (1, float.NaN),
    };

    /// <summary>The functions of one direction, where none are named.</summary>
    public static string[] Defaults(Primitive op) => op switch
    {
        Primitive.Rnn => ["tanh"],
        Primitive.Gru => ["sigmoid", "tanh"],
        _ => ["sigmoid", "tanh", "tanh"],
    };

    /// <summary>The functions of a node, direction after direction. Factors are handed out in the order of the functions that have them.</summary>
    /// <param name="op">The cell.</param>
    /// <param name="a">Its attributes: <c>activations</c> in lower case with commas between.</param>
    /// <param name="directions">1 or 2.</param>
    /// <exception cref="ModelException">One is not known, or there are too few or too many functions or factors.</exception>
    public static ImmutableArray<Activation> Of(Primitive op, Attributes a, int directions)
    {
        var names = a.Has("activations") ? a.Text("activations", "").Split(',') : [.. Enumerable.Repeat(Defaults(op), directions).SelectMany(d => d)];
        if (names.Length != directions * Defaults(op).Length)
            throw new ModelException($"{names.Length} activations, where {directions * Defaults(op).Length} are needed");
        ImmutableArray<float> alphas = a.Floats("activation_alpha"), betas = a.Floats("activation_beta");
        int alpha = 0, beta = 0;
        var result = ImmutableArray.CreateBuilder<Activation>(names.Length);
        foreach (var name in names)
        {
            if (!Known.TryGetValue(name, out var factors))
                throw new ModelException($"activation '{Onnx.OnnxModel.Cut(name)}' is not known");
            if (!float.IsNaN(factors.Alpha) && alpha < alphas.Length)
                factors.Alpha = alphas[alpha++];
            if (!float.IsNaN(factors.Beta) && beta < betas.Length)
                factors.Beta = betas[beta++];
            result.Add(new(name, factors.Alpha, factors.Beta));
        }
        return alpha == alphas.Length && beta == betas.Length
            ? result.MoveToImmutable()
            : throw new ModelException("more activation_alpha or activation_beta than the activations have factors");
    }
}
