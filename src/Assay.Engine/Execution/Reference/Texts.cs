using System.Text;
using Assay.Engine.Models;

namespace Assay.Engine.Execution.Reference;

/// <summary>Primitives that look into strings (section 10.8): ordinal, without a culture, bounded by the run's limits.</summary>
internal static class Texts
{
    /// <summary>UTF-16 units of one string at most.</summary>
    private const int MaxLength = 1 << 29;

    /// <summary>Unicode's property White_Space.</summary>
    private const string Blanks = "\t\n\v\f\r \u0085\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000";

    public static Tensor Concat(Tensor a, Tensor b, RunLimits limits, ref long spent)
    {
        var shape = Shape.Of(ShapeRules.Broadcast(a.Shape.Dims, b.Shape.Dims).AsSpan());
        limits.Spend(ref spent, DType.String, shape);
        var y = Tensor.Create(DType.String, shape);
        IndexMap left = IndexMap.Broadcast(a.Shape, shape), right = IndexMap.Broadcast(b.Shape, shape);
        for (var i = 0; i < y.Count; i++)
        {
            string p = a.Texts[left[i]], q = b.Texts[right[i]];
            if ((long)p.Length + q.Length > MaxLength)
                throw new ModelException($"a string of {(long)p.Length + q.Length} characters, more than {MaxLength}");
            limits.Spend(ref spent, TensorTexts.Cost(p.Length + q.Length));
            y.MutableTexts[i] = p + q;
        }
        return y;
    }

    /// <summary>The parts of each string on a new last axis, empty strings behind them; and how many there are.</summary>
    public static ModelValue[] Split(Attributes a, Tensor x, RunLimits limits, ref long spent)
    {
        var delimiter = a.Text("delimiter", "");
        var most = a.Has("maxsplit") ? a.Int("maxsplit") : long.MaxValue;
        var parts = new List<string>[x.Count];
        limits.Spend(ref spent, DType.Int64, x.Shape);
        limits.Spend(ref spent, 64L * x.Count);
        var counts = Tensor.Create(DType.Int64, x.Shape);
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = delimiter.Length == 0 ? AtBlanks(x.Texts[i], most, limits, ref spent) : AtDelimiter(x.Texts[i], delimiter, most, limits, ref spent);
            counts.MutableSpan<long>()[i] = parts[i].Count;
        }
        var width = parts.Length == 0 ? 0 : parts.Max(p => p.Count);
        var shape = Shape.Of([.. x.Shape.Dims, width]);
        limits.Spend(ref spent, DType.String, shape);
        var y = Tensor.Create(DType.String, shape);
        for (var i = 0; i < parts.Length; i++)
            for (var j = 0; j < parts[i].Count; j++)
                y.MutableTexts[(i * width) + j] = parts[i][j];
        return [y, counts];
    }

    private static List<string> AtDelimiter(string text, string delimiter, long most, RunLimits limits, ref long spent)
    {
        var parts = new List<string>();
        var from = 0;
        for (; parts.Count < most && text.IndexOf(delimiter, from, StringComparison.Ordinal) is >= 0 and var at; from = at + delimiter.Length)
            Add(parts, text[from..at], limits, ref spent);
        Add(parts, text[from..], limits, ref spent);
        return parts;
    }

    /// <summary>Runs of blanks separate; those at either end separate nothing. What is left when no more may be split keeps its last blanks.</summary>
    private static List<string> AtBlanks(string text, long most, RunLimits limits, ref long spent)
    {
        var parts = new List<string>();
        var from = 0;
        while (true)
        {
            while (from < text.Length && Blanks.Contains(text[from]))
                from++;
            if (from == text.Length)
                return parts;
            var to = from;
            while (to < text.Length && (parts.Count >= most || !Blanks.Contains(text[to])))
                to++;
            Add(parts, text[from..to], limits, ref spent);
            from = to;
        }
    }

    private static void Add(List<string> parts, string part, RunLimits limits, ref long spent)
    {
        limits.Spend(ref spent, TensorTexts.Cost(part.Length) + (2 * TensorSequence.ReferenceSize));
        parts.Add(part);
    }

    /// <summary>The strings that are no stop words, in the case asked for; one empty string where none is left.</summary>
    public static Tensor Normalize(Attributes a, Tensor x, Tensor? stops, RunLimits limits, ref long spent)
    {
        var action = a.Text("case_change_action", "NONE");
        var sensitive = a.Int("is_case_sensitive", 0) != 0;
        var gone = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stop in stops is null ? [] : stops.Texts)
            gone.Add(sensitive ? stop : Cased(stop, "LOWER"));
        limits.Spend(ref spent, 64L * gone.Count);
        var kept = new List<string>();
        foreach (var text in x.Texts)
            if (gone.Count == 0 || !gone.Contains(sensitive ? text : Cased(text, "LOWER")))
            {
                limits.Spend(ref spent, TensorTexts.Cost(text.Length) + (3 * TensorSequence.ReferenceSize));
                kept.Add(Cased(text, action));
            }
        if (kept.Count == 0)
            kept.Add("");
        return Tensor.OfTexts(x.Shape.Rank == 1 ? Shape.Of(kept.Count) : Shape.Of(1, kept.Count), [.. kept]);
    }

    /// <summary>Letters of ASCII in the other case. What other letters become depends on tables that change from year to year.</summary>
    private static string Cased(string text, string action)
    {
        if (action == "NONE")
            return text;
        if (!Ascii.IsValid(text))
            throw new ModelException("the case of letters beyond ASCII is not in the profile");
        return action == "LOWER" ? text.ToLowerInvariant() : text.ToUpperInvariant();
    }

    /// <summary>For each element, the number of the first key that equals it; the number of keys where none does.</summary>
    public static Tensor PositionOf(Tensor x, Tensor keys, RunLimits limits, ref long spent)
    {
        limits.Spend(ref spent, DType.Int64, x.Shape);
        limits.Spend(ref spent, 96L * keys.Count);
        var places = new Dictionary<object, long>();
        for (var i = keys.Count - 1; i >= 0; i--)
            places[Key(keys, i)] = i;
        var y = Tensor.Create(DType.Int64, x.Shape);
        for (var i = 0; i < y.Count; i++)
            y.MutableSpan<long>()[i] = places.TryGetValue(Key(x, i), out var place) ? place : keys.Count;
        return y;
    }

    // Equal as numbers: zeros of both signs, all NaNs.
    private static object Key(Tensor x, int i) => x.Type switch
    {
        DType.String => x.Texts[i],
        DType.Float32 => (double)x.Span<float>()[i],
        DType.Float64 => x.Span<double>()[i],
        _ => Numbers.LoadWhole(x, i),
    };
}
