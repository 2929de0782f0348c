namespace Assay.Engine.Language.Sampling;

/// <summary>
/// Where an order ends without sorting: of elements ordered by (key ascending, place ascending), the last one that is needed for
/// the sum of the first ones' weights to reach a number. Weights are integers, so the sum over a bucket is known before its order is.
/// </summary>
internal static class OrderedCut
{
    /// <summary>The places of the first elements, ascending, into <paramref name="kept"/>.</summary>
    /// <param name="keys">31 bits each.</param>
    /// <param name="weights">One for each key, or empty where each weighs 1.</param>
    /// <param name="need">The sum to reach, above 0.</param>
    /// <returns>How many are kept; all of them where they do not reach it.</returns>
    public static int Cut(ReadOnlySpan<uint> keys, ReadOnlySpan<int> weights, long need, Span<int> kept)
    {
        // Three digits of the key, the highest first: the digit in whose bucket the sum is reached, and the sum before it.
        Span<long> sums = stackalloc long[2048];
        var (prefix, before) = (0u, 0L);
        for (var (shift, bits) = (20, 11); shift >= 0; shift -= 10, bits = 10)
        {
            sums = sums[..(1 << bits)];
            sums.Clear();
            for (var i = 0; i < keys.Length; i++)
                if (keys[i] >> (shift + bits) == prefix)
                    sums[(int)(keys[i] >> shift) & ((1 << bits) - 1)] += weights.Length > 0 ? weights[i] : 1;
            var digit = 0;
            while (digit < sums.Length && before + sums[digit] < need)
                before += sums[digit++];
            if (digit == sums.Length)
                return All(keys.Length, kept);
            prefix = (prefix << bits) | (uint)digit;
        }

        var count = 0;
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i] > prefix)
                continue;
            if (keys[i] == prefix)
            {
                if (before >= need)
                    continue;
                before += weights.Length > 0 ? weights[i] : 1;
            }
            kept[count++] = i;
        }
        return count;
    }

    private static int All(int count, Span<int> kept)
    {
        for (var i = 0; i < count; i++)
            kept[i] = i;
        return count;
    }
}
