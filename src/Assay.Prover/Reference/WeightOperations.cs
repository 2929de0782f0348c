using System.Collections.Immutable;
using Assay.Proofs.Field;
using Assay.Proofs.Models;
using Assay.Proofs.Polynomials;
using Assay.Proofs.Protocol;
using Assay.Proofs.Protocol.Weights;

namespace Assay.Prover.Reference;

/// <summary>What a part of a proof about a model's matrix computes on many values, plainly. What is said, and in which order, is in <see cref="WeightProver"/>; the fast prover replaces methods of this.</summary>
/// <param name="columns">Of each piece, as <see cref="WeightProver"/> makes them.</param>
internal class WeightOperations(ProofModel model, WeightPlan plan, ImmutableArray<ImmutableArray<int[]>> columns, EncodedMatrix? committed)
{
    private EncodedMatrix? witness;
    private int[][]? counts;

    public ProofModel Model => model;

    public WeightPlan Plan => plan;

    public ImmutableArray<ImmutableArray<int[]>> Columns => columns;

    /// <summary>Of each table, how often its rows are looked up.</summary>
    public int[][] Counts => counts ??= Count();

    /// <summary>The root of the witness: multiplicities, and limbs of biases.</summary>
    public virtual byte[] CommitWitness()
    {
        var size = model.Parameters.Size;
        var values = new Felt[(long)plan.Witness.Rows << size.LogColumns];
        foreach (var (place, column) in Witness())
        {
            var at = ((long)place.Row << size.LogColumns) + ((long)place.Slot << place.Log);
            for (var i = 0; i < column.Length; i++)
                values[at + i] = Felt.From((long)column[i]);
        }
        witness = new EncodedMatrix([.. values.Chunk(1 << size.LogColumns)], 1 << size.LogLength);
        return witness.Root;
    }

    /// <inheritdoc cref="ProofOperations.Tree"/>
    public virtual Felt4[] Tree(ProofWriter proof, LookupChallenges challenges) => LookupProver.Tree(proof, plan.Lookups, columns, Counts, challenges);

    /// <inheritdoc cref="ProofOperations.At"/>
    public virtual Felt4 At(int[] values, Felt4[] point) => Multilinear.Evaluate(ProofOperations.Elements(values), point);

    /// <inheritdoc cref="ProofOperations.Open"/>
    public virtual void Open(ProofWriter proof, IReadOnlyList<Claim> claims) => OpeningProver.Prove(proof, model.Parameters.Size, [committed!, witness!], claims);

    protected virtual int[][] Count() => Multiplicities.Of(plan.Lookups, columns);

    /// <summary>All blocks of the witness. A piece's first column is the model's.</summary>
    protected IEnumerable<(BlockPlace Place, int[] Values)> Witness()
    {
        foreach (var (table, of) in plan.Lookups.Tables.Zip(Counts))
            yield return (table.Multiplicities, of);
        foreach (var (i, section) in plan.Lookups.Sections.Index())
            foreach (var (c, place) in section.Places.Index().Skip(1))
                yield return (place!.Value, columns[i][c]);
    }
}
