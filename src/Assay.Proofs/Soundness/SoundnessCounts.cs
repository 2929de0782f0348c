using Assay.Proofs.Field;
using Assay.Proofs.Models;
using Assay.Proofs.Protocol;

namespace Assay.Proofs.Soundness;

/// <summary>What the error of a proof depends on (docs/spec/proofs.md section 9): of the model and the batch, nothing a prover chooses.</summary>
/// <param name="LogColumns">c: a row of a committed matrix has 2^c values.</param>
/// <param name="LogInverseRate">A codeword is 2^this times as long as its row: 1, 2 or 3.</param>
/// <param name="Queries">Columns that are looked at.</param>
/// <param name="Lookups">N + T: lookups and rows of tables, as stacked.</param>
/// <param name="Claims">m: what is opened together.</param>
/// <param name="ClaimCoordinates">θ: distinct challenge coordinates in the row parts of all claims' points, and those that mix claims.</param>
/// <param name="SumcheckDegrees">Of all sumchecks but the tree's and the opening's, degree times rounds, added up.</param>
/// <param name="Mixing">All other challenges but those of the lookups' denominators, the tree and the opening: what is compared is of degree one in each.</param>
public sealed record SoundnessCounts(
    int LogColumns, int LogInverseRate, int Queries, ulong Lookups, int Claims, int ClaimCoordinates, ulong SumcheckDegrees, ulong Mixing)
{
    /// <summary>Layers of the tree of lookups: the smallest d with 2^d ≥ N + T.</summary>
    public int Depth => Lookups <= 2 ? 1 : 64 - System.Numerics.BitOperations.LeadingZeroCount(Lookups - 1);

    /// <summary>n: places of a codeword.</summary>
    public ulong Length => 1UL << (LogColumns + LogInverseRate);

    /// <summary>Of what a verifier has read when all claims are made.</summary>
    /// <param name="lookups">N + T.</param>
    internal static SoundnessCounts Of(ProofParameters parameters, long lookups, ProofReader read, IReadOnlyList<Claim> claims)
    {
        // Challenges are told apart by their values: that two are alike is as likely as that one is guessed.
        var rows = new HashSet<Felt4>();
        foreach (var claim in claims)
            for (var i = 0; i < claim.Place.Log - parameters.LogColumns; i++)
                rows.Add(claim.Point[i]);
        return new SoundnessCounts(
            parameters.LogColumns, parameters.LogInverseRate, parameters.Queries, (ulong)lookups, claims.Count, rows.Count + Opening.LogOf(claims.Count),
            read.SumcheckDegrees, read.Mixing);
    }
}
