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
    /// <param name="kept">Room for as many places as there are keys.</param>
    /// <returns>How many are kept; all of them where they do not reach it.</returns>
    public static int Cut(ReadOnlySpan<uint> keys, ReadOnlySpan<int> weights, long need, Span<int> kept)
    {
        // The first digit of the key, eleven bits: its bucket where the sum is reached, and the sum before it.
        Span<long> sums = stackalloc long[2048];
        sums.Clear();
        if (weights.Length > 0)
            for (var i = 0; i < keys.Length; i++)
                sums[(int)(keys[i] >> 20)] += weights[i];
        else
            foreach (var key in keys)
                sums[(int)(key >> 20)]++;
        var before = 0L;
        var bucket = Reached(sums, need, ref before);
        if (bucket < 0)
            return All(keys.Length, kept);

        // What lies in that bucket goes behind the room that the certain ones may take.
        var (certain, edge) = (0, kept.Length);
        for (var i = keys.Length - 1; i >= 0; i--)
            if (keys[i] >> 20 == (uint)bucket)
                kept[--edge] = i;
        for (var i = 0; i < keys.Length; i++)
            if (keys[i] >> 20 < (uint)bucket)
                kept[certain++] = i;
        var doubtful = kept[edge..].ToArray();

        // Two more digits, of those few alone; then equals by their places.
        var prefix = (uint)bucket;
        for (var shift = 10; shift >= 0; shift -= 10)
        {
            sums = sums[..1024];
            sums.Clear();
            foreach (var i in doubtful)
                if (keys[i] >> (shift + 10) == prefix)
                    sums[(int)(keys[i] >> shift) & 1023] += weights.Length > 0 ? weights[i] : 1;
            prefix = (prefix << 10) | (uint)Reached(sums, need, ref before);
        }
        var count = 0;
        foreach (var i in doubtful)
            if (keys[i] < prefix || (keys[i] == prefix && before < need))
            {
                before += keys[i] < prefix ? 0 : weights.Length > 0 ? weights[i] : 1;
                doubtful[count++] = i;
            }
        return Merge(kept, certain, doubtful.AsSpan(0, count));
    }

    // The first bucket with which the sum is reached, or -1; the sum before it.
    private static int Reached(ReadOnlySpan<long> sums, long need, ref long before)
    {
        for (var i = 0; i < sums.Length; before += sums[i++])
            if (before + sums[i] >= need)
                return i;
        return -1;
    }

    // Two ascending lists into one, from the back.
    private static int Merge(Span<int> kept, int certain, ReadOnlySpan<int> more)
    {
        var (i, j) = (certain - 1, more.Length - 1);
        for (var at = certain + more.Length - 1; j >= 0; at--)
            kept[at] = i >= 0 && kept[i] > more[j] ? kept[i--] : more[j--];
        return certain + more.Length;
    }

    private static int All(int count, Span<int> kept)
    {
        for (var i = 0; i < count; i++)
            kept[i] = i;
        return count;
    }
}
