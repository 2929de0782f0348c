using System.Collections.Immutable;

namespace Assay.Engine.Models.Onnx;

/// <content>Einsum: products of operands whose axes have names, summed over the names that the result does not have.</content>
internal static partial class Operators
{
    private static Rule[] Sums =>
    [
        new("Einsum", 1, Any, Einsum),
    ];

    /// <summary>An operand on its way: a value, and a name for each of its axes.</summary>
    private readonly record struct Named(int Value, string Axes);

    /// <summary>Terms are taken from left to right: each pair is one MatMul over the names that nothing after it has.</summary>
    private static void Einsum(OnnxNode n)
    {
        var equation = n.Text("equation", "").Replace(" ", "", StringComparison.Ordinal);
        if (equation.Length > 1024)
            throw new ModelException($"an equation of {equation.Length} characters");
        var sides = equation.Split("->");
        var terms = sides[0].Split(',');
        if (sides.Length > 2 || terms.Length != n.InputCount)
            throw new ModelException($"equation '{OnnxModel.Cut(equation)}' for {n.InputCount} operands");
        var ranks = terms.Select((t, i) => n.FactOf(n.Input(i)) is { HasRank: true } fact ? fact.Dims.Length : throw new ModelException($"the rank of operand {i} is not known")).ToArray();
        var spread = terms.Select((t, i) => t.Contains("...", StringComparison.Ordinal) ? ranks[i] - Letters(t).Length : 0).Max();
        var operands = new List<Named>();
        for (var i = 0; i < terms.Length; i++)
            operands.Add(Diagonal(n, new(n.Input(i), Axes(terms[i], ranks[i], spread))));
        var result = sides.Length == 2 ? Axes(sides[1], Letters(sides[1]).Length + (sides[1].Contains("...", StringComparison.Ordinal) ? spread : 0), spread) : Implied(operands, terms, spread);
        if (result.Distinct().Count() != result.Length || result.Any(c => !operands.Any(o => o.Axes.Contains(c, StringComparison.Ordinal))))
            throw new ModelException($"equation '{OnnxModel.Cut(equation)}': a name of the result is there twice, or in no operand");
        var done = operands[0];
        for (var i = 1; i < operands.Count; i++)
        {
            var later = result + string.Concat(operands.Skip(i + 1).Select(o => o.Axes));
            done = Product(n, SumOut(n, done, later + operands[i].Axes), SumOut(n, operands[i], later + done.Axes), later);
        }
        done = SumOut(n, done, result);
        n.Output(0, done.Axes == result ? n.Emit(Primitive.Identity, Attributes.None, done.Value) : Arrange(n, done, result).Value);
    }

    /// <summary>The letters of a term.</summary>
    private static string Letters(string term)
    {
        var names = term.Replace("...", "", StringComparison.Ordinal);
        return names.All(char.IsAsciiLetter) ? names : throw new ModelException($"term '{OnnxModel.Cut(term)}' holds other than letters and one ellipsis");
    }

    /// <summary>One character an axis; those of the ellipsis are digits and what follows them, aligned at the last.</summary>
    private static string Axes(string term, int rank, int spread)
    {
        var names = Letters(term);
        var open = rank - names.Length;
        var at = term.IndexOf("...", StringComparison.Ordinal);
        if (open < 0 || at < 0 && open > 0 || at >= 0 && names.Length + 3 != term.Length)
            throw new ModelException($"term '{OnnxModel.Cut(term)}' for an operand of rank {rank}");
        return at < 0 ? names : term[..at] + Ellipsis(spread)[(spread - open)..] + term[(at + 3)..];
    }

    private static string Ellipsis(int spread) => new([.. Enumerable.Range(0, spread).Select(i => (char)('0' + i))]);

    /// <summary>Without an arrow: the ellipsis, then the names that are there once, in alphabetical order.</summary>
    private static string Implied(List<Named> operands, string[] terms, int spread)
    {
        var once = string.Concat(terms.Select(Letters)).GroupBy(c => c).Where(g => g.Count() == 1).Select(g => g.Key).Order();
        return (operands.Any(o => o.Axes.Any(c => !char.IsAsciiLetter(c))) ? Ellipsis(spread) : "") + string.Concat(once);
    }

    /// <summary>A name that an operand has twice stands for its diagonal: both axes as one, of which every extent + 1st element counts.</summary>
    private static Named Diagonal(OnnxNode n, Named x)
    {
        for (var i = 0; i < x.Axes.Length; i++)
        {
            var twin = x.Axes.IndexOf(x.Axes[i], i + 1);
            if (twin < 0)
                continue;
            var rest = x.Axes.Remove(twin, 1).Remove(i, 1);
            var dims = n.FactOf(x.Value).Dims;
            if (dims.IsDefault || dims[i] < 0 || dims[i] != dims[twin])
                throw new ModelException($"name '{x.Axes[i]}' stands for two axes of {Fact.Describe(dims)}; a diagonal needs them known and equal");
            long[] perm = [.. Enumerable.Range(0, dims.Length).Where(a => a != i && a != twin).Select(a => (long)a), i, twin];
            long size = dims[i];
            var flat = n.Emit(Primitive.Reshape, Attributes.None, n.Emit(Primitive.Transpose, Perm(perm), x.Value), n.Constant([.. Enumerable.Repeat(0L, rest.Length), size * size]));
            var diagonal = n.Emit(Primitive.Slice, Attributes.None, flat, n.Constant([0]), n.Constant([long.MaxValue]), n.Constant([rest.Length]), n.Constant([size + 1]));
            return Diagonal(n, new(diagonal, rest + x.Axes[i]));
        }
        return x;
    }

    /// <summary>Sums over the names that nobody else wants.</summary>
    private static Named SumOut(OnnxNode n, Named x, string wanted)
    {
        var gone = Enumerable.Range(0, x.Axes.Length).Where(i => !wanted.Contains(x.Axes[i], StringComparison.Ordinal)).ToArray();
        if (gone.Length == 0)
            return x;
        var y = n.Emit(Primitive.ReduceSum, Attributes.None.With("keepdims", 0L), x.Value, n.Constant([.. gone.Select(i => (long)i)]));
        return new(y, string.Concat(x.Axes.Where((_, i) => !gone.Contains(i))));
    }

    /// <summary>[shared..., left, summed] times [shared..., summed, right], with the axes of each kind as one.</summary>
    private static Named Product(OnnxNode n, Named a, Named b, string later)
    {
        var both = string.Concat(a.Axes.Where(c => b.Axes.Contains(c, StringComparison.Ordinal)));
        var shared = string.Concat(both.Where(c => later.Contains(c, StringComparison.Ordinal)));
        var summed = string.Concat(both.Except(shared));
        string left = string.Concat(a.Axes.Except(both)), right = string.Concat(b.Axes.Except(both));
        var x = Matrix(n, a, shared, summed, left, isLeft: true);
        var y = Matrix(n, b, shared, summed, right, isLeft: false);
        var product = n.Emit(Primitive.MatMul, Attributes.None, x, y);
        var axes = shared + left + right;
        if (left.Length == 1 && right.Length == 1)
            return new(product, axes);
        // Back to an axis for each name: the extents of the matrices' own are read off the operands.
        var parts = new List<int>();
        if (shared.Length > 0)
            parts.Add(n.Emit(Primitive.Slice, Attributes.None, n.Emit(Primitive.Shape, Attributes.None, product), n.Constant([0]), n.Constant([shared.Length])));
        parts.AddRange(left.Select(c => ExtentOf(n, a.Value, a.Axes.IndexOf(c, StringComparison.Ordinal))));
        parts.AddRange(right.Select(c => ExtentOf(n, b.Value, b.Axes.IndexOf(c, StringComparison.Ordinal))));
        var shape = parts.Count == 0 ? n.Constant([]) : n.Emit(Primitive.Concat, Attributes.None.With("axis", 0L), [.. parts]);
        return new(n.Emit(Primitive.Reshape, Attributes.None.With("allowzero", 1L), product, shape), axes);
    }

    private static IEnumerable<long> Range(int start, int count) => Enumerable.Range(start, count).Select(i => (long)i);

    private static Named Arrange(OnnxNode n, Named x, string axes) => x.Axes == axes
        ? x
        : new(n.Emit(Primitive.Transpose, Perm([.. axes.Select(c => (long)x.Axes.IndexOf(c, StringComparison.Ordinal))]), x.Value), axes);

    /// <summary>[shared..., own, summed] for the left operand, [shared..., summed, own] for the right one, whatever stood before.</summary>
    private static int Matrix(OnnxNode n, Named x, string shared, string summed, string own, bool isLeft)
    {
        if (summed.Length == 1 && own.Length == 1)
            return Arrange(n, x, shared + (isLeft ? own + summed : summed + own)).Value;
        // Merging the last axes needs no extent but -1: so first one kind, then the other behind it.
        var (first, second) = isLeft ? (own, summed) : (summed, own);
        var value = Merge(n, Arrange(n, x, shared + second + first).Value, shared.Length + second.Length, first.Length);
        long[] order = [.. Range(0, shared.Length), shared.Length + second.Length, .. Range(shared.Length, second.Length)];
        return Merge(n, n.Emit(Primitive.Transpose, Perm(order), value), shared.Length + 1, second.Length);
    }

    /// <summary>The last <paramref name="count"/> axes as one; an axis of extent 1 where there is none.</summary>
    private static int Merge(OnnxNode n, int x, int before, int count)
    {
        if (count == 1)
            return x;
        if (count == 0)
            return n.Emit(Primitive.Unsqueeze, Attributes.None, x, n.Constant([before]));
        var dims = n.FactOf(x).Dims;
        long last = -1;
        if (!dims.IsDefault && !dims[before..].Contains(-1))
            last = Shape.Of(dims[before..].AsSpan()).Count;
        return n.Emit(Primitive.Reshape, Attributes.None, x, n.Constant([.. Enumerable.Repeat(0L, before), last]));
    }
}
