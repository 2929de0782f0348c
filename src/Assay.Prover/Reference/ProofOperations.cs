using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Models;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;
using Assay.Prover.Reference.Relations;

namespace Assay.Prover.Reference;

/// <summary>
/// What a proof computes on many values, plainly. What is said, in which order and about what is written once, in <see cref="InferenceProver"/>
/// and the relations; the fast prover replaces methods of this, and is held to it byte for byte.
/// </summary>
internal class ProofOperations(ProofPlan plan, ImmutableArray<LayerWeights?> weights, ReferenceRun run, EncodedMatrix? committed)
{
    private EncodedMatrix? witness;
    private int[][]? counts;

    public ProofPlan Plan => plan;

    public ReferenceRun Run => run;

    public LayerWeights Weights(int layer) => weights[layer]!;

    /// <summary>Of each table, how often its rows are looked up.</summary>
    public int[][] Counts => counts ??= Count();

    /// <summary>The root of the witness: all committed columns, and multiplicities.</summary>
    public virtual byte[] CommitWitness()
    {
        var values = new Felt[(long)plan.Witness.Rows << plan.Model.Parameters.LogColumns];
        foreach (var (place, column) in Committed())
        {
            var at = Offset(plan, place);
            for (var i = 0; i < column.Length; i++)
                values[at + i] = Felt.From((long)column[i]);
        }
        witness = Encode(plan, values);
        return witness.Root;
    }

    /// <summary>All lookups, as one sum of fractions.</summary>
    /// <returns>The point at which the verifier wants the leaves' extensions.</returns>
    public virtual Felt4[] Tree(ProofWriter proof, LookupChallenges challenges) => LookupProver.Tree(proof, plan.Lookups, run.Columns, Counts, challenges);

    /// <summary>The extension of values at a point.</summary>
    public virtual Felt4 At(int[] values, Felt4[] point) => Multilinear.Evaluate(Elements(values), point);

    /// <summary>x(before, z, behind) − shift of every z.</summary>
    public virtual Felt4[] Shifted(int[] values, Felt4[] before, Felt4[] behind, int shift)
    {
        var table = Elements(values);
        foreach (var coordinate in before)
        {
            Multilinear.Bind(table, coordinate);
            table = table[..(table.Length / 2)];
        }
        var eq = Multilinear.EqTable(behind);
        var bound = new Felt4[table.Length / eq.Length];
        for (var z = 0; z < bound.Length; z++)
        {
            for (var s = 0; s < eq.Length; s++)
                bound[z] += eq[s] * table[z * eq.Length + s];
            bound[z] -= Felt4.From(shift);
        }
        return bound;
    }

    /// <summary>Σ over channels of eq(channel, j) w(j, k), of every k.</summary>
    public virtual Felt4[] Row(int i, WeightLayer layer, Felt4[] channel)
    {
        var inner = layer.Inner(plan.Shapes[layer.Input]);
        var (row, eq) = (new Felt4[1 << Axis.LogOf(inner)], Multilinear.EqTable(channel));
        for (var j = 0; j < layer.Outputs; j++)
            for (var k = 0; k < inner; k++)
                row[k] += eq[j] * Felt.From((long)Weights(i).Values[j * inner + k]);
        return row;
    }

    /// <summary>What a convolution takes of an image for each k: Σ_z M_k(z) x(z).</summary>
    public virtual Felt4[] Gathered(ConvLayer layer, TensorShape source, Felt4[] x, Felt4[] behind)
    {
        var log = Axis.LogOf(layer.Inner(source));
        var gathered = new Felt4[1 << log];
        for (var k = 0; k < layer.Inner(source); k++)
            foreach (var (m, value) in WindowMatrix.Of(layer, source, Corner(k, log), behind).Table().Zip(x))
                gathered[k] += m * value;
        return gathered;
    }

    /// <summary>A sumcheck of a sum over entries.</summary>
    /// <param name="tau">A point of entries.</param>
    /// <param name="window">A point of windows.</param>
    /// <param name="inside">1 in a window; null where all is.</param>
    /// <param name="entries">Columns of entries.</param>
    /// <param name="windows">Columns of windows.</param>
    /// <returns>The point, and the columns' values there.</returns>
    public virtual (Felt4[] Point, Felt4[] Values) Entries(
        ProofWriter proof, EntrySum of, Felt4[] tau, Felt4[] window, PublicColumn? inside, ImmutableArray<int[]> entries, ImmutableArray<int[]> windows)
    {
        var (eq, log) = (Multilinear.EqTable(window), tau.Length - window.Length);
        var places = Enumerable.Range(0, 1 << tau.Length);
        Felt4[][] tables =
        [
            Multilinear.EqTable(tau), [.. places.Select(p => eq[p >> log])], [.. places.Select(p => Felt4.From(inside?.At(p) ?? 1))],
            .. entries.Select(Elements), .. windows.Select(w => Elements(WindowRun.Wide(w, log))),
        ];
        var point = SumcheckProver.Prove(proof, Tags.Sumcheck, tables, 3, v => of.At(v[3..], v[2], v[0], v[1]));
        return (point, [.. tables.Skip(3).Select(t => t[0])]);
    }

    /// <summary>A sumcheck of the product of tables, of which what is left is their values at the point.</summary>
    public virtual Felt4[] Products(ProofWriter proof, Felt4[][] tables) => SumcheckProver.Prove(proof, Tags.Sumcheck, tables, tables.Length, v =>
    {
        var product = v[0];
        foreach (var value in v[1..])
            product *= value;
        return product;
    });

    /// <summary>A sumcheck of eq(τ, z) Π (y − x_i), of columns y, x_1, …</summary>
    public virtual Felt4[] Differences(ProofWriter proof, Felt4[] tau, ImmutableArray<int[]> columns)
    {
        Felt4[][] tables = [Multilinear.EqTable(tau), .. columns.Select(Elements)];
        return SumcheckProver.Prove(proof, Tags.Sumcheck, tables, columns.Length, v =>
        {
            var product = v[0];
            foreach (var x in v[2..])
                product *= v[1] - x;
            return product;
        });
    }

    /// <summary>Shows all claims.</summary>
    public virtual void Open(ProofWriter proof, IReadOnlyList<Claim> claims) =>
        OpeningProver.Prove(proof, plan.Model.Parameters.Size, [committed!, witness!], claims);

    public static Felt4[] Elements(int[] values) => [.. values.Select(v => Felt4.From(v))];

    /// <summary>The model's matrix, which is committed to once.</summary>
    public static EncodedMatrix Commit(ProofPlan plan, ImmutableArray<LayerWeights?> weights)
    {
        var values = new Felt[(long)plan.WeightRows << plan.Model.Parameters.LogColumns];
        foreach (var (i, layer) in plan.Model.Layers.Index())
        {
            if (layer is not WeightLayer of)
                continue;
            var (inner, log) = (of.Inner(plan.Shapes[of.Input]), Axis.LogOf(of.Inner(plan.Shapes[of.Input])));
            for (var j = 0; j < of.Outputs; j++)
            {
                values[Offset(plan, plan.Biases(i)) + j] = Felt.From((long)weights[i]!.Biases[j]);
                for (var k = 0; k < inner; k++)
                    values[Offset(plan, plan.Weights(i)) + (j << log) + k] = Felt.From((long)weights[i]!.Values[j * inner + k]);
            }
        }
        return Encode(plan, values);
    }

    /// <summary>Where a block begins, counted in values of its matrix.</summary>
    public static long Offset(ProofPlan plan, BlockPlace place) => ((long)place.Row << plan.Model.Parameters.LogColumns) + ((long)place.Slot << place.Log);

    /// <summary>All blocks of the witness.</summary>
    protected IEnumerable<(BlockPlace Place, int[] Values)> Committed()
    {
        foreach (var (i, section) in plan.Sections.Index())
            foreach (var (c, place) in section.Places.Index())
                if (place is { } block)
                    yield return (block, run.Columns[i][c]);
        foreach (var (t, table) in plan.Tables.Index())
            yield return (table.Multiplicities, Counts[t]);
    }

    protected virtual int[][] Count() => Multiplicities.Of(plan.Lookups, run.Columns);

    private static EncodedMatrix Encode(ProofPlan plan, Felt[] values) =>
        new([.. values.Chunk(1 << plan.Model.Parameters.LogColumns)], 1 << plan.Model.Parameters.Size.LogLength);

    private static Felt4[] Corner(int index, int log) => [.. Enumerable.Range(0, log).Select(i => Felt4.From(index >> (log - 1 - i) & 1))];
}
