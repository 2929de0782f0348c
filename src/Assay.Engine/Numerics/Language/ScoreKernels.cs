namespace Assay.Engine.Numerics.Language;

/// <summary>
/// Passes over the scores of a vocabulary, written once over lanes. None of them depends on the width: they compare, or work element by
/// element, or sum by the profile's sixteen lanes.
/// </summary>
internal static unsafe class ScoreKernels
{
    /// <summary>y = x between the least and the greatest finite number, NaN as the least (3.1 of docs/spec/assay-llm-v1.md).</summary>
    public static void Limit<T>(ReadOnlySpan<float> x, Span<float> y) where T : unmanaged, ILanes<T>
    {
        fixed (float* from = x, to = y)
        {
            var i = 0;
            for (; i + T.Width <= x.Length; i += T.Width)
                T.Store(Limit(T.Load(from + i)), to + i);
            for (; i < x.Length; i++)
                to[i] = Limit(new Lane1(from[i])).V;
        }
    }

    private static T Limit<T>(T x) where T : unmanaged, ILanes<T>
    {
        T least = T.Broadcast(float.MinValue), most = T.Broadcast(float.MaxValue);
        return T.Select(T.Less(most, x), most, T.Select(T.Less(least, x), x, least));
    }

    /// <summary>The greatest element; NaN where there is one.</summary>
    public static float Greatest<T>(ReadOnlySpan<float> x) where T : unmanaged, ILanes<T>
    {
        fixed (float* from = x)
            return ReductionKernel.Extreme<T>(from, x.Length, greatest: true);
    }

    /// <summary>The place of the first element that equals <paramref name="value"/>, or -1.</summary>
    public static int First<T>(ReadOnlySpan<float> x, float value) where T : unmanaged, ILanes<T>
    {
        fixed (float* from = x)
        {
            var i = 0;
            for (; i + T.Width <= x.Length && !T.AnyTopBit(T.Equal(T.Load(from + i), T.Broadcast(value))); i += T.Width)
            {
            }
            for (; i < x.Length; i++)
                if (from[i] == value)
                    return i;
            return -1;
        }
    }

    /// <summary>The places and the values of (x - greatest) / temperature that are at least <paramref name="least"/>, by ascending place.</summary>
    /// <returns>How many.</returns>
    public static int Near<T>(ReadOnlySpan<float> x, float greatest, float temperature, float least, Span<int> places, Span<float> values)
        where T : unmanaged, ILanes<T>
    {
        var count = 0;
        var lanes = stackalloc float[16];
        fixed (float* from = x)
        {
            var i = 0;
            for (; i + T.Width <= x.Length; i += T.Width)
            {
                var z = (T.Load(from + i) - T.Broadcast(greatest)) / T.Broadcast(temperature);
                if (!T.AnyTopBit(T.Less(T.Broadcast(least), z)))
                    continue;
                T.Store(z, lanes);
                for (var j = 0; j < T.Width; j++)
                    if (lanes[j] > least)
                        (places[count], values[count++]) = (i + j, lanes[j]);
            }
            for (; i < x.Length; i++)
                if ((from[i] - greatest) / temperature is var z && z > least)
                    (places[count], values[count++]) = (i, z);
        }
        return count;
    }

    /// <summary>y = exp(x).</summary>
    public static void Exp<T>(ReadOnlySpan<float> x, Span<float> y) where T : unmanaged, ILanes<T>
    {
        fixed (float* from = x, to = y)
        {
            var i = 0;
            for (; i + T.Width <= x.Length; i += T.Width)
                T.Store(LaneMath.Exp(T.Load(from + i)), to + i);
            for (; i < x.Length; i++)
                to[i] = ScalarMath.Exp(from[i]);
        }
    }

    /// <summary>log of the sum of exp(x - greatest): 2.8 of docs/spec/assay-llm-v1.md. <paramref name="scratch"/> has as many elements as x.</summary>
    public static float LogSumExp<T>(ReadOnlySpan<float> x, float greatest, Span<float> scratch) where T : unmanaged, ILanes<T>
    {
        fixed (float* from = x, to = scratch)
        {
            var i = 0;
            for (; i + T.Width <= x.Length; i += T.Width)
                T.Store(LaneMath.Exp(T.Load(from + i) - T.Broadcast(greatest)), to + i);
            for (; i < x.Length; i++)
                to[i] = ScalarMath.Exp(from[i] - greatest);
            return ScalarMath.Log(ReductionKernel.Sum<T>(to, x.Length));
        }
    }

    /// <summary>Whether any of 16 values is above <paramref name="bound"/>.</summary>
    public static bool AnyAbove<T>(ReadOnlySpan<float> sixteen, float bound) where T : unmanaged, ILanes<T>
    {
        fixed (float* x = sixteen)
        {
            for (var i = 0; i < 16; i += T.Width)
                if (T.AnyTopBit(T.Less(T.Broadcast(bound), T.Load(x + i))))
                    return true;
            return false;
        }
    }

    /// <summary>16 times z + g, g being the Gumbel noise of a random word (3.4 of docs/spec/assay-llm-v1.md).</summary>
    public static void AddNoise<T>(ReadOnlySpan<float> z, ReadOnlySpan<uint> words, Span<float> sums) where T : unmanaged, ILanes<T>
    {
        fixed (float* from = z, to = sums)
        fixed (uint* word = words)
            for (var i = 0; i < 16; i += T.Width)
            {
                var bits = T.ShiftLeft(T.ShiftRight(T.Load((float*)word + i), 9), 1) | T.BroadcastBits(1);
                var u = T.FromInt(bits) * T.Broadcast(5.9604645e-8f);
                var g = LaneMath.Negate(LaneMath.Log(LaneMath.Negate(LaneMath.Log(u))));
                T.Store(T.Load(from + i) + g, to + i);
            }
    }
}
