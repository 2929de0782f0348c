using Assay.Engine.Models;

namespace Assay.Engine.Quantization;

/// <summary>How the range of a tensor is chosen from what calibration saw.</summary>
public enum RangeMethod
{
    /// <summary>All that was seen fits.</summary>
    MinMax,

    /// <summary>Both ends are cut where <see cref="QuantizerOptions.Percentile"/> says.</summary>
    Percentile,

    /// <summary>The range whose mean squared error over what was seen is the smallest.</summary>
    LeastSquares,
}

/// <summary>What a quantisation may choose.</summary>
public sealed record QuantizerOptions
{
    public static readonly QuantizerOptions Default = new();

    public RangeMethod Ranges { get; init; } = RangeMethod.LeastSquares;

    /// <summary>Of <see cref="RangeMethod.Percentile"/>: the share of values below the upper end, and above the lower one.</summary>
    public double Percentile { get; init; } = 0.9999;

    /// <summary>
    /// Scales that the weights of one layer may have, each for a group of output channels; 0 for one a channel. More are more
    /// exact, and each costs a proof a table.
    /// </summary>
    public int WeightGroups { get; init; } = 1;

    /// <summary>Whether a softmax that makes the output is left out, so that the output is what went into it: no softmax in int8 tells 0.999 from 1.</summary>
    public bool Logits { get; init; }

    /// <exception cref="ModelException">An option is out of range.</exception>
    internal void Check()
    {
        if (!Enum.IsDefined(Ranges))
            throw new ModelException($"the way to choose ranges is {Ranges}, which is not known");
        if (!(Percentile is > 0.5 and <= 1))
            throw new ModelException($"a percentile of {Percentile} is not above 0.5 and at most 1");
        if (WeightGroups is < 0 or > 4096)
            throw new ModelException($"{WeightGroups} weight groups: from 0 to 4096");
    }
}
