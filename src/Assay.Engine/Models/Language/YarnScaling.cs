using Assay.Engine.Numerics;

namespace Assay.Engine.Models.Language;

/// <summary>YaRN: pairs that turn often within the original context keep their angles, slow ones are slowed by the factor, those between in part.</summary>
/// <remarks>
/// Source: Peng and others 2023, YaRN, 3.2 to 3.4; its form with whole bounds is that of transformers (modeling_rope_utils.py) and
/// llama.cpp. Computed in float64 with the profile's functions, rounded to float32.
/// </remarks>
internal static class YarnScaling
{
    private const double FastTurns = 32, SlowTurns = 1;

    /// <param name="factor">How many times longer the context is than the original one.</param>
    /// <param name="original">Positions of the original context.</param>
    /// <param name="fast">Turns within the original context from which on pairs are left alone; 0 for 32.</param>
    /// <param name="slow">Turns up to which pairs are slowed in full; 0 for 1.</param>
    /// <param name="magnitude">Times every cosine and sine besides; 1 for none.</param>
    /// <exception cref="ModelException">The numbers make no sense.</exception>
    public static RotaryEmbedding Scaled(RotaryEmbedding rotary, float factor, int original, float fast, float slow, float magnitude)
    {
        if (!(factor is >= 1 and < 1e6f) || original < 1 || !(rotary.Base > 1) || fast < 0 || slow < 0)
            throw new ModelException("the scaling of positions 'yarn' needs a factor of at least 1, an original context and a base above 1");
        var last = rotary.Dimensions - 1.0;
        var low = Math.Max(0, Math.Floor(Pair(rotary, original, fast == 0 ? FastTurns : fast)));
        var high = Math.Min(last, Math.Ceiling(Pair(rotary, original, slow == 0 ? SlowTurns : slow)));
        return rotary with
        {
            Factors = [.. Enumerable.Range(0, rotary.Dimensions / 2).Select(i =>
            {
                var slowed = Math.Clamp((i - low) / Math.Max(0.001, high - low), 0, 1);
                return (float)(1 / (1 - slowed + slowed / factor));
            })],
            Magnitude = (float)(magnitude * (1 + 0.1 * Log(factor))),
        };
    }

    /// <summary>Which pair (a fraction) turns so often within the original context.</summary>
    private static double Pair(RotaryEmbedding rotary, int original, double turns) =>
        rotary.Dimensions * Log(original / (turns * 2 * Math.PI)) / (2 * Log(rotary.Base));

    private static double Log(double x) => ScalarMath.Apply(Function.Log, x);
}
