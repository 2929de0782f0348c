using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Assay.Proofs.Field;
using Assay.Proofs.Protocol;

namespace Assay.Proofs.Models.Layers;

/// <summary>
/// Requantisation where each place has a multiplier of its own (docs/spec/proofs.md section 5, Limbs): acc = 2^15 a1 + a0, a0 m = 2^15 e + f,
/// t = a1 m + e, so that acc m = 2^15 t + f over the integers, and the output depends on t alone.
/// </summary>
public static class LimbColumns
{
    /// <summary>Of a limb: the range must be of as many, exactly.</summary>
    public const int Bits = 15;

    /// <summary>Accumulators are below this in absolute value.</summary>
    public const int Least = 1 << 29;

    /// <summary>The section's columns.</summary>
    public const int Output = 0, Low = 1, High = 2, Quotient = 3, Rest = 4, Scaled = 5, FromLow = 6, ToHigh = 7;

    /// <summary>acc, which is a sum of limbs.</summary>
    public static Linear Accumulator { get; } = new(0, (High, 1 << Bits), (Low, 1));

    /// <summary>What turns t into an output: the groups without their multipliers, each once.</summary>
    public static ImmutableArray<ScaleGroup> Groups(ScaledLayer layer) => [.. layer.Groups.Select(Shared).Distinct(Comparer)];

    /// <summary>y, a0, a1, e, f, t, v, w: all committed.</summary>
    public static Section Section(ScaledLayer layer, TensorShape output, int firstTag)
    {
        string[] names = ["y", "a0", "a1", "e", "f", "t", "v", "w"];
        return new(output.Log, [.. names.Select(n => new Column(n, true))],
        [
            .. ((int[])[Low, Quotient, Rest, FromLow, ToHigh]).Select(c => InRange(Linear.Of(c))),
            InRange(new(1 << (Bits - 1), (High, 1))),
            new(new(firstTag), Linear.Of(Output), new(0, (Scaled, 1), (FromLow, -1)), new(0, (Scaled, 1), (ToHigh, 1)), new GroupColumn(layer, output, TableOf(layer))),
        ]);
    }

    /// <summary>The multiplier of each place.</summary>
    public static GroupColumn Multipliers(ScaledLayer layer, TensorShape output) => new(layer, output, [.. layer.Groups.Select(g => g.Multiplier)]);

    /// <summary>m (a0 + ζ a1) − 2^15 e − f + ζ (e − t): zero at every place.</summary>
    public static Felt4 Relation(Felt4 multiplier, Felt4 zeta, Felt4 low, Felt4 high, Felt4 quotient, Felt4 rest, Felt4 scaled) =>
        multiplier * (low + zeta * high) - quotient * Felt.From(1L << Bits) - rest + zeta * (quotient - scaled);

    /// <summary>Of each group, which of <see cref="Groups"/> it shares.</summary>
    public static ImmutableArray<int> TableOf(ScaledLayer layer)
    {
        var numbers = Groups(layer).Index().ToDictionary(g => g.Item, g => g.Index, Comparer);
        return [.. layer.Groups.Select(g => numbers[Shared(g)])];
    }

    // By all figures: groups come from a file, and many that fall together would take long to tell apart.
    private static IEqualityComparer<ScaleGroup> Comparer { get; } = EqualityComparer<ScaleGroup>.Create(
        (a, b) => Figures(a!) == Figures(b!) && a!.Table.AsSpan().SequenceEqual(b!.Table.AsSpan()),
        g =>
        {
            var hash = new HashCode();
            hash.Add(Figures(g));
            hash.AddBytes(MemoryMarshal.AsBytes(g.Table.AsSpan()));
            return hash.ToHashCode();
        });

    private static (int, int, int, int, int) Figures(ScaleGroup group) => (group.Multiplier, group.Shift, group.ZeroPoint, group.Low, group.High);

    private static ScaleGroup Shared(ScaleGroup group) => group with { Multiplier = 1, Shift = group.Shift - Bits };

    private static Lookup InRange(Linear what) => new(Linear.Zero, what, Linear.Zero, Linear.Zero);
}
