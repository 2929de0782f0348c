using Assay.Engine.Models.Language;
using Assay.Engine.Numerics;

namespace Assay.Engine.Language;

/// <summary>2.4 of docs/spec/assay-llm-v1.md: by what the pairs of a head's vector are rotated at one position.</summary>
internal sealed class Rotation
{
    private readonly RotaryEmbedding rotary;
    private readonly float[] cosines, sines;

    private Rotation(RotaryEmbedding rotary, float[] cosines, float[] sines) => (this.rotary, this.cosines, this.sines) = (rotary, cosines, sines);

    /// <summary>The rotation at a position.</summary>
    public static Rotation At(RotaryEmbedding rotary, int position)
    {
        var angles = Frequencies(rotary);
        float[] cosines = new float[angles.Length], sines = new float[angles.Length];
        Fill(rotary, angles, position, cosines, sines);
        return new(rotary, cosines, sines);
    }

    /// <summary>g[i] of each pair: what its angle grows by from one position to the next.</summary>
    public static float[] Frequencies(RotaryEmbedding rotary)
    {
        var g = new float[rotary.Dimensions / 2];
        for (var i = 0; i < g.Length; i++)
        {
            g[i] = ScalarMath.Pow(rotary.Base, -((float)(2 * i) / rotary.Dimensions));
            if (!rotary.Factors.IsEmpty)
                g[i] /= rotary.Factors[i];
            if (rotary.PositionScale != 1)
                g[i] *= rotary.PositionScale;
        }
        return g;
    }

    /// <summary>The cosine and sine of each pair at a position.</summary>
    public static void Fill(RotaryEmbedding rotary, ReadOnlySpan<float> frequencies, int position, Span<float> cosines, Span<float> sines)
    {
        for (var i = 0; i < frequencies.Length; i++)
        {
            var t = position * frequencies[i];
            (cosines[i], sines[i]) = (ScalarMath.Apply(Function.Cos, t), ScalarMath.Apply(Function.Sin, t));
            if (rotary.Magnitude != 1)
                (cosines[i], sines[i]) = (cosines[i] * rotary.Magnitude, sines[i] * rotary.Magnitude);
        }
    }

    /// <summary>Rotates one head's query or key in place.</summary>
    public void Apply(Span<float> x)
    {
        for (var i = 0; i < cosines.Length; i++)
        {
            var (first, second) = rotary.Layout == RotaryLayout.Adjacent ? (2 * i, (2 * i) + 1) : (i, i + cosines.Length);
            var (x0, x1) = (x[first], x[second]);
            x[first] = ScalarMath.Canonical((x0 * cosines[i]) - (x1 * sines[i]));
            x[second] = ScalarMath.Canonical((x0 * sines[i]) + (x1 * cosines[i]));
        }
    }
}
