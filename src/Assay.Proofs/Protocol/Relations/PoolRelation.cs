using Assay.Proofs.Field;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;

namespace Assay.Proofs.Protocol.Relations;

/// <summary>The output is the largest of a window (C18): each difference is in the range, and the product of all of them is zero.</summary>
internal static class PoolRelation
{
    public static void Read(RelationReader reader, int i, in SectionEvaluations at)
    {
        Merge(reader, i, [.. at.Point], at.Columns.AsSpan()[1..]);
        var tau = reader.Challenges(at.Point.Length);
        var (point, final) = reader.Sumcheck(Felt4.Zero, tau.Length, at.Columns.Length);
        var said = reader.Take(at.Columns.Length);
        var product = Multilinear.Eq(tau, point);
        foreach (var x in said.AsSpan(1))
            product *= said[0] - x;
        reader.Require(final == product, ProofCheck.Pool);
        reader.Open(reader.Plan.Output(i), point, said[0]);
        Merge(reader, i, point, said.AsSpan(1));
    }

    // The window's values at a point become one claim about the input, at random.
    private static void Merge(RelationReader reader, int i, Felt4[] point, ReadOnlySpan<Felt4> values)
    {
        var low = reader.Challenges(2);
        var shape = reader.Plan.Shapes[i + 1];
        if (reader.Plan.Model.Layers[i] is MaxPoolLayer pool)
        {
            // Of two by two: the places whose lowest row and column bits are 00, 01, 10 and 11.
            reader.Tensor(pool.Input, Pooled(shape.Axes[3].Log, point, low), Multilinear.Evaluate(values, low));
            return;
        }
        var line = (LinePoolLayer)reader.Plan.Model.Layers[i];
        var eq = Multilinear.EqTable(low);
        var sum = Felt4.Zero;
        for (var k = 0; k < values.Length; k++)
            sum += eq[k] * (values[k] - Felt4.From(sbyte.MinValue));
        var (before, behind) = (shape.Before(line.Along), shape.Before(line.Along) + shape.Axes[line.Along].Log);
        reader.Gather(
            line.Input, point.AsSpan(0, before), point.AsSpan(behind), sbyte.MinValue,
            WindowMatrix.Of(line, reader.Plan.Shapes[line.Input], low, point.AsSpan(before..behind)), sum, ProofCheck.Gather);
    }

    /// <summary>The point in a pool's input that its output's point and the two lowest coordinates make.</summary>
    public static Felt4[] Pooled(int columns, Felt4[] point, Felt4[] low) => [.. point[..^columns], low[0], .. point[^columns..], low[1]];
}
