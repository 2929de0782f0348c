using System.Collections.Immutable;
using Assay.Proofs.Protocol;

namespace Assay.Proofs.Models.Layers;

/// <summary>
/// y = ⌊(510 e + S) / (2 S)⌋ − 128 of e = E[max − x] and S = Σ e, over windows along the last axis (docs/spec/proofs-attention.md section 2).
/// </summary>
/// <param name="Exponents">E: 256, none below 0, the first the largest.</param>
/// <param name="Causal">Whether the window of row i of the last but one axis is its entries 0 … i; behind it y is −128.</param>
public sealed record SoftmaxLayer(int Input, ImmutableArray<int> Exponents, bool Causal) : ProofLayer
{
    /// <summary>Entries of a window, and of an exponent: so S ≤ 2^21.</summary>
    public const int MostEntries = 1 << 10, MostExponent = 1 << 11;

    /// <summary>255 steps of an output, twice.</summary>
    public const int Scale = 510;

    /// <summary>Of the first section's columns.</summary>
    public const int Output = 0, Exponential = 1, Selector = 2, Rest = 3;

    public override ImmutableArray<int> Inputs => [Input];

    public override TensorShape OutputOf(ImmutableArray<TensorShape> inputs)
    {
        // The batch is never a row: what is proved in one batch or in two is the same function.
        Unless(inputs[0].Axes.Length >= (Causal ? 3 : 2), "a softmax wants a batch and entries, a causal one rows between them");
        return inputs[0];
    }

    public override bool IsValid(ImmutableArray<TensorShape> inputs) =>
        inputs[0].Axes[^1].Size <= MostEntries && Exponents.Length == 256 && Exponents[0] is >= 1 and <= MostExponent && Exponents.All(e => e >= 0 && e <= Exponents[0]);

    /// <summary>Whether remainders need two limbs.</summary>
    public bool IsWide(TensorShape shape, int logRange) => Remainder.IsWide(2L * shape.Axes[^1].Size * Exponents[0], logRange);

    /// <summary>(d, E[d]); int8; limbs.</summary>
    public override ImmutableArray<ImmutableArray<TableRow>> Tables(ImmutableArray<TensorShape> inputs, int logRange) =>
    [
        [.. Exponents.Select((e, d) => new TableRow(d, e, 0))],
        [.. Enumerable.Range(sbyte.MinValue, 256).Select(y => new TableRow(y, 0, 0))],
        .. IsWide(inputs[0], logRange) ? [Remainder.Limbs] : ImmutableArray<ImmutableArray<TableRow>>.Empty,
    ];

    /// <summary>Of each entry: y, e, the selector, what remains of the division; x and its window's maximum and sum are said. Of each window: maximum and sum.</summary>
    public override ImmutableArray<Section> Sections(ImmutableArray<TensorShape> inputs, TensorShape output, int logRange, int firstTag)
    {
        var wide = IsWide(output, logRange);
        ImmutableArray<Column> rest = Remainder.Columns(wide);
        var (x, max, sum) = (Rest + rest.Length, Rest + rest.Length + 1, Rest + rest.Length + 2);
        return
        [
            new(output.Log, [new("y", true), new("e", true), new("selector", true), .. rest, new("x", false), new("maximum", false), new("sum", false)],
            [
                new(new(firstTag), new(0, (max, 1), (x, -1)), Linear.Of(Exponential), Linear.Zero, Where: new WindowColumn(output, Causal)),
                Remainder.Is(firstTag + 1, Linear.Of(Output)),
                .. Remainder.Lookups(wide, Rest, sum, firstTag + 2),
            ]),
            new(output.Log - output.Axes[^1].Log, [new("maximum", true), new("sum", true)], []),
        ];
    }
}
