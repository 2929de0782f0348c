using Assay.Proofs.Field;
using Assay.Proofs.Models.Layers;
using Assay.Proofs.Protocol.Relations;

namespace Assay.Prover.Reference.Relations;

/// <summary>What a relation sums over entries that stand in windows: of degree 3 in each variable.</summary>
internal abstract record EntrySum
{
    /// <param name="columns">Values of columns of entries, then of columns of windows.</param>
    /// <param name="inside">1 in a window.</param>
    /// <param name="eq">With τ; <paramref name="eqWindow"/>: with the lookups' point of windows.</param>
    public abstract Felt4 At(ReadOnlySpan<Felt4> columns, Felt4 inside, Felt4 eq, Felt4 eqWindow);
}

/// <inheritdoc cref="SoftmaxRelation"/>
internal sealed record SoftmaxSum(SoftmaxRelation.Mix Mix, bool Wide) : EntrySum
{
    public override Felt4 At(ReadOnlySpan<Felt4> columns, Felt4 inside, Felt4 eq, Felt4 eqWindow) => Mix.At(Wide, columns, inside, eq, eqWindow);
}

/// <inheritdoc cref="NormalizeRelation"/>
internal sealed record NormalizeSum(NormalizeRelation.Mix Mix, bool Wide) : EntrySum
{
    public override Felt4 At(ReadOnlySpan<Felt4> columns, Felt4 inside, Felt4 eq, Felt4 eqWindow) => Mix.At(Wide, columns, inside, eq, eqWindow);
}

/// <summary>Limbs of an accumulator times a multiplier: multipliers, then the columns of <see cref="LimbRelation"/>.</summary>
internal sealed record LimbSum(Felt4 Zeta) : EntrySum
{
    public override Felt4 At(ReadOnlySpan<Felt4> columns, Felt4 inside, Felt4 eq, Felt4 eqWindow) =>
        eq * LimbColumns.Relation(columns[0], Zeta, columns[1], columns[2], columns[3], columns[4], columns[5]);
}
