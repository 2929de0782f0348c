using System.Collections.Immutable;
using System.Text;
using Assay.Verify.Crypto;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Statements;

namespace Assay.Verify.Verification;

/// <summary>Whom the checks believe.</summary>
/// <param name="Roots">Ids of root keys.</param>
internal sealed record Trust(
    TlogPolicy Log, ImmutableHashSet<Hash> Roots, int RootThreshold, ImmutableArray<VerifierKey> Indexers, int IndexerThreshold)
{
    public static Trust Of(Policy policy) =>
        new(policy.Log, [.. policy.Roots.Select(r => r.Id)], policy.RootThreshold, policy.Indexers, policy.IndexerThreshold);

    /// <summary>What the bundle says of its own keys: enough to see whether it contradicts itself, never to verify anything.</summary>
    public static Trust OwnWord(GenesisEvent genesis) =>
        new(TlogPolicy.Parse(Encoding.UTF8.GetBytes($"log {genesis.LogKey}\nquorum none\n")),
            [.. genesis.Roots.Keys.Select(k => k.Id)], genesis.Roots.Threshold, [], 0);
}
