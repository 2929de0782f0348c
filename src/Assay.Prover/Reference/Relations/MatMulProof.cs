using Assay.Proofs.Field;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;

namespace Assay.Prover.Reference.Relations;

/// <summary>Products of two matrices of activations.</summary>
internal static class MatMulProof
{
    public static void Prove(RelationProver prover, int i, MatMulLayer layer, Felt4[] point)
    {
        var (source, output) = (prover.Plan.Shapes[layer.A], prover.Plan.Shapes[i + 1]);
        var (leading, inner, k) = (output.Before(output.Axes.Length - 2), source.Axes[^1], 1 << source.Axes[^1].Log);
        var (row, column) = (output.Of(point, output.Axes.Length - 2).ToArray(), output.Of(point, output.Axes.Length - 1).ToArray());
        var (x, y) = (prover.Run.Tensors[layer.A], prover.Run.Tensors[layer.B]);
        var (rows, columns) = (Multilinear.EqTable(row), Multilinear.EqTable(column));
        var lead = Multilinear.EqTable(point.AsSpan(0, leading));
        // Of each (leading place, k): eq where k is real, a at the row's point, b at the column's.
        Felt4[][] tables = [new Felt4[lead.Length * k], new Felt4[lead.Length * k], new Felt4[lead.Length * k]];
        for (var at = 0; at < lead.Length * k; at++)
        {
            var (l, inside) = (at / k, at % k);
            tables[0][at] = inside < inner.Size ? lead[l] : Felt4.Zero;
            (tables[1][at], tables[2][at]) = (-Felt4.From(layer.ZeroPointA), -Felt4.From(layer.ZeroPointB));
            for (var r = 0; r < rows.Length; r++)
                tables[1][at] += rows[r] * Felt.From((long)x[(l * rows.Length + r) * k + inside]);
            for (var c = 0; c < columns.Length; c++)
                tables[2][at] += columns[c] * Felt.From((long)y[at * columns.Length + c]);
        }
        var where = prover.Products(tables);
        var (a, b) = (tables[1][0] + Felt4.From(layer.ZeroPointA), tables[2][0] + Felt4.From(layer.ZeroPointB));
        prover.Put(a, b);
        prover.Tensor(layer.A, [.. where[..leading], .. row, .. where[leading..]]);
        prover.Tensor(layer.B, [.. where, .. column]);
    }
}
