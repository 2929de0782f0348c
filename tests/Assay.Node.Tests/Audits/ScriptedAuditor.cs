using Assay.Node.Audits;
using Assay.Verify.Audits;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Node.Tests.Audits;

/// <summary>An auditor whose log is in memory: it commits, draws and asks for what it drew.</summary>
internal sealed class ScriptedAuditor(string origin)
{
    public AuditedLog Log { get; } = new(origin);

    public VerifierKey Key => VerifierKey.Create(Log.Origin, NoteSignatureType.Ed25519, Log.LogKey.PublicKey);

    public AuditorList OnlyMe => new(false, [Key]);

    public AuditSeedEvent Commitment(AssayNode node, Hash key, ulong epoch, uint rate = 1_000_000) =>
        AuditSeedEvent.Sign(node.Origin, key, epoch, Log.Origin, Log.LogKey, rate, SecretOf(epoch));

    public Hash SecretOf(ulong epoch) => AuditedLog.SecretOf(Log, epoch);

    /// <summary>The draw that the provider's log and these secrets give.</summary>
    public AuditDrawEvent Draw(AssayNode node, Hash key, ulong epoch, IEnumerable<RevealedSeed> secrets) => node.Look(state =>
    {
        var seeds = state.SeedsOf(key, epoch);
        var own = seeds.Single(s => s.Event.Auditor.Origin == Log.Origin);
        var (ended, shown) = (state.EpochOf(key, epoch)!.Value, secrets.ToList());
        var draw = new AuditDrawEvent(
            Log.Origin, node.Origin, key, ended, state.RootAt(ended.Size), own.Index, own.Event.Rate, [.. shown],
            [.. seeds.Select(s => s.Index).Where(i => shown.All(s => s.Index != i))], 0);
        return draw with { Drawn = (ulong)draw.Order().Length };
    });

    /// <summary>Logs a draw, once, and asks for the records at these positions.</summary>
    public OpeningRequest Ask(AssayNode node, AuditDrawEvent draw, ulong from = 0, int count = OpeningRequest.MaxCount)
    {
        var index = Log.Events.FirstOrDefault(e => e.Event.Equals(draw)) is { Event: not null } known ? known.Index : Log.Add(draw);
        var leaves = Log.Events.Select(e => MerkleTree.LeafHash(e.Entry)).ToArray();
        var note = new Checkpoint(Log.Origin, (ulong)leaves.Length, Head(leaves)).Sign(Log.LogKey);
        return OpeningRequest.Sign(node.Origin, Log.Events[(int)index].Entry, new TlogProof(null, index, [.. Path(leaves, (int)index)], note), from, count, Log.LogKey);
    }

    // MTH and PATH of RFC 6962 section 2.1, word for word.
    private static Hash Head(ReadOnlySpan<Hash> leaves) => leaves.Length == 1
        ? leaves[0]
        : (int)MerkleTree.Split((ulong)leaves.Length) is var k ? MerkleTree.NodeHash(Head(leaves[..k]), Head(leaves[k..])) : default;

    private static List<Hash> Path(ReadOnlySpan<Hash> leaves, int at)
    {
        if (leaves.Length == 1)
            return [];
        var k = (int)MerkleTree.Split((ulong)leaves.Length);
        return at < k ? [.. Path(leaves[..k], at), Head(leaves[k..])] : [.. Path(leaves[k..], at - k), Head(leaves[..k])];
    }
}
