using System.Globalization;
using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Counts of listed n-grams, with skips (section 10.8).</summary>
/// <remarks>Source: ONNX TfIdfVectorizer, version 9.</remarks>
internal static class NGrams
{
    /// <summary>N-grams that one run of the primitive looks at, at most.</summary>
    private const long MaxLooks = 1L << 31;

    /// <param name="a"><c>mode</c>, <c>min_gram_length</c>, <c>max_gram_length</c>, <c>max_skip_count</c>.</param>
    /// <param name="x">Rows of elements.</param>
    /// <param name="pool">The elements of all listed 1-grams, then of all 2-grams, and so on.</param>
    /// <param name="starts">Where in the pool the 1-grams, 2-grams, ... begin.</param>
    /// <param name="columns">The output column of each listed n-gram.</param>
    /// <param name="weights">The weight of each listed n-gram, or null.</param>
    public static Tensor Count(Attributes a, Tensor x, Tensor pool, long[] starts, long[] columns, float[]? weights, RunLimits limits, ref long spent)
    {
        long least = a.Int("min_gram_length"), most = Math.Min(a.Int("max_gram_length"), starts.Length);
        int rows = x.Shape.Rank == 2 ? x.Shape[0] : 1, length = x.Shape.Rank == 0 ? 1 : x.Shape.Dims[^1], width = (int)(columns.DefaultIfEmpty(-1).Max() + 1);
        var skips = Math.Min(a.Int("max_skip_count"), length);
        if ((double)rows * length * (skips + 1) * Math.Max(1, most) * Math.Max(1, most) > MaxLooks)
            throw new ModelException($"more than {MaxLooks} n-grams to look at");
        var shape = x.Shape.Rank == 2 ? Shape.Of(rows, width) : Shape.Of(width);
        limits.Spend(ref spent, DType.Float32, shape);
        limits.Spend(ref spent, (200L * pool.Count) + (8L * x.Count));
        var names = new Dictionary<object, long>();
        var listed = Listed(pool, starts, columns.Length, names);
        var ids = new long[x.Count];
        for (var i = 0; i < ids.Length; i++)
            ids[i] = names.GetValueOrDefault(Element(x, i), -1);
        var y = Tensor.Create(DType.Float32, shape);
        var counts = new long[columns.Length];
        for (var row = 0; row < rows; row++)
        {
            Array.Clear(counts);
            for (var n = least; n <= most; n++)
                // What has one element has nothing to skip.
                for (var step = 1L; step <= (n == 1 ? 1 : skips + 1); step++)
                    for (var start = 0L; start + (step * (n - 1)) < length; start++)
                        if (listed.TryGetValue(Name(ids, (row * (long)length) + start, step, n), out var found))
                            counts[found]++;
            for (var i = 0; i < counts.Length; i++)
                if (counts[i] > 0)
                    y.MutableSpan<float>()[(row * width) + (int)columns[i]] = a.Text("mode", "TF") switch
                    {
                        "TF" => counts[i],
                        "IDF" => weights?[i] ?? 1,
                        _ => counts[i] * (weights?[i] ?? 1),
                    };
        }
        return y;
    }

    /// <summary>The number of each listed n-gram by the numbers of its elements.</summary>
    private static Dictionary<string, int> Listed(Tensor pool, long[] starts, int most, Dictionary<object, long> names)
    {
        var ids = new long[pool.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            names.TryAdd(Element(pool, i), names.Count);
            ids[i] = names[Element(pool, i)];
        }
        var listed = new Dictionary<string, int>(StringComparer.Ordinal);
        var number = 0;
        for (var n = 1; n <= starts.Length; n++)
        {
            var end = n < starts.Length ? starts[n] : pool.Count;
            if (starts[n - 1] < 0 || end < starts[n - 1] || end > pool.Count || (end - starts[n - 1]) % n != 0)
                throw new ModelException($"{n}-grams between {starts[n - 1]} and {end} of a pool of {pool.Count}");
            for (var at = starts[n - 1]; at < end; at += n)
                listed.TryAdd(Name(ids, at, 1, n), number++);
        }
        return number == most ? listed : throw new ModelException($"{number} n-grams in the pool, and {most} columns");
    }

    private static string Name(long[] ids, long start, long step, long count)
    {
        if (count == 1)
            return ids[start].ToString(CultureInfo.InvariantCulture);
        var parts = new string[count];
        for (var i = 0; i < count; i++)
            parts[i] = ids[start + (i * step)].ToString(CultureInfo.InvariantCulture);
        return string.Join(' ', parts);
    }

    private static object Element(Tensor x, int i) => x.Type switch
    {
        DType.String => x.Texts[i],
        DType.Int64 => x.Span<long>()[i],
        _ => (long)x.Span<int>()[i],
    };
}
