using System.Collections.Immutable;
using Assay.Proofs.Protocol;

namespace Assay.Proofs.Models.Layers;

/// <summary>
/// Layer normalisation along the last axis, in whole numbers: y = clamp(zp + ⌊(2 G d + s) / (2 s)⌋), d = f x − μ, μ the mean of f x and s the root of
/// Σ d² + ε, both to the nearest (docs/spec/assay-int8-v1.md section 4, docs/spec/proofs-attention.md section 3).
/// </summary>
/// <param name="Gain">G: 1 to <see cref="MostGain"/>.</param>
/// <param name="Epsilon">ε: 1 to <see cref="MostEpsilon"/>.</param>
public sealed record NormalizeLayer(int Input, int Gain, int Epsilon, int ZeroPoint, int Low, int High) : ProofLayer
{
    /// <summary>Entries of a window.</summary>
    public const int MostEntries = 1 << 10;

    /// <summary>With a larger gain the quotient's relation would have more than one solution modulo p.</summary>
    public const int MostGain = (1 << 13) - 1;

    /// <summary>So that the root stays below 2^15.</summary>
    public const int MostEpsilon = 1 << 22;

    /// <summary>Of limbs of the mean and of the root: low + this · high. The root's is no larger, as its square must not wrap.</summary>
    public const int MeanBase = 32, RootBase = 16;

    /// <summary>Of the first section's columns; the said ones stand behind what remains of the division.</summary>
    public const int Output = 0, Quotient = 1, Rest = 2;

    /// <summary>Of the second section's columns.</summary>
    public const int Mean = 0, MeanAbove = 1, MeanRest = 2, Root = 3, RootAbove = 4, Squares = 5, Excess = 6, ExcessAbove = 7, OppositeAbove = 8;

    public override ImmutableArray<int> Inputs => [Input];

    /// <summary>f = 2^⌊(16 − ⌈log₂ n⌉) / 2⌋.</summary>
    public static int FactorOf(int entries) => 1 << (16 - Axis.LogOf(entries)) / 2;

    public override TensorShape OutputOf(ImmutableArray<TensorShape> inputs)
    {
        Unless(inputs[0].Axes.Length >= 2, "a normalisation wants a batch and entries");
        return inputs[0];
    }

    public override bool IsValid(ImmutableArray<TensorShape> inputs) =>
        inputs[0].Axes[^1].Size <= MostEntries && Gain is >= 1 and <= MostGain && Epsilon is >= 1 and <= MostEpsilon
        && ZeroPoint is >= -128 and <= 127 && Low >= -128 && Low <= High && High <= 127;

    /// <summary>Whether remainders need two limbs: twice the root can be up to 2^16.</summary>
    public static bool IsWide(int logRange) => Remainder.IsWide(1 << 16, logRange);

    /// <summary>(quotient, y); limbs.</summary>
    public override ImmutableArray<ImmutableArray<TableRow>> Tables(ImmutableArray<TensorShape> inputs, int logRange) =>
        [[.. Enumerable.Range(-Gain, 2 * Gain + 1).Select(q => new TableRow(q, Clamped(q), 0))], Remainder.Limbs];

    /// <summary>Of each entry: y, the quotient, what remains of it; of its window root, mean, the mean's rest and the sum of squares are said. Of each window: its figures.</summary>
    public override ImmutableArray<Section> Sections(ImmutableArray<TensorShape> inputs, TensorShape output, int logRange, int firstTag)
    {
        var (wide, limbs) = (IsWide(logRange), firstTag + 1);
        var (n, factor) = (output.Axes[^1].Size, FactorOf(output.Axes[^1].Size));
        var rest = Remainder.Columns(wide);
        return
        [
            new(output.Log, [new("y", true), new("quotient", true), .. rest, new("root", false), new("mean", false), new("mean's rest", false), new("squares", false)],
            [
                new(new(firstTag), Linear.Of(Quotient), Linear.Of(Output), Linear.Zero),
                .. Remainder.Lookups(wide, Rest, Rest + rest.Length, limbs),
            ]),
            new(
                output.Log - output.Axes[^1].Log,
                [
                    new("mean", true), new("mean above", true), new("mean's rest", true), new("root", true), new("root above", true), new("squares", true),
                    new("excess", true), new("excess above", true), new("opposite above", true),
                ],
                [
                    // μ + 128 f in 16 bits; 0 ≤ rest < n.
                    Remainder.Is(limbs, Linear.Of(MeanAbove)), Remainder.Is(limbs, new(128 * factor, (Mean, 1), (MeanAbove, -MeanBase))),
                    Remainder.Is(limbs, Linear.Of(MeanRest)), Remainder.Is(limbs, new(n - 1, (MeanRest, -1))),
                    // s below 34,816; 0 ≤ V − s² + s − 1 < 2 s.
                    Remainder.Is(limbs, Linear.Of(RootAbove)), Remainder.Is(limbs, new(0, (Root, 1), (RootAbove, -RootBase))),
                    .. Remainder.Lookups(wide: true, Excess, Root, limbs),
                ]),
        ];
    }

    /// <summary>y of a quotient.</summary>
    public int Clamped(int quotient) => Math.Clamp(ZeroPoint + quotient, Low, High);

    /// <summary>The whole number nearest to a root.</summary>
    /// <param name="value">From 1.</param>
    public static int RootOf(long value)
    {
        var root = (long)Math.Sqrt(value);
        while (root * root - root >= value)
            root--;
        while (root * root + root < value)
            root++;
        return (int)root;
    }
}
