using System.Collections.Immutable;
using Assay.Log.Files;
using Assay.Node.Receipts;
using Assay.Verify;
using Assay.Verify.Notes;
using Assay.Verify.Policies;
using Assay.Verify.Statements;

namespace Assay.Node;

/// <summary>The policy of whoever trusts a node as its operator does: <c>policy.json</c> in its data folder.</summary>
public static class NodePolicy
{
    /// <exception cref="NodeException">It is damaged or missing.</exception>
    public static Policy Read(DataFolder folder)
    {
        try
        {
            return Policy.Parse(File.ReadAllBytes(folder.Policy));
        }
        catch (Exception e) when (e is MalformedException or IOException)
        {
            throw new NodeException(NodeFault.Unavailable, $"this node's policy.json is damaged ({e.Message}): remove it, and the node writes it again when it starts", e);
        }
    }

    /// <summary>Writes it where there is none, or where the options say something new.</summary>
    internal static void Write(DataFolder folder, GenesisEvent genesis, Witnessed witnessed, NodeOptions options)
    {
        var isNew = !File.Exists(folder.Policy);
        if (!isNew && options.Witnesses is null && options.Indexers.IsEmpty)
            return;
        var policy = witnessed.Revise(isNew ? Policy.ForLog(genesis.Node, genesis.LogKey, genesis.Roots) : Read(folder));
        policy = WithIndexers(policy, options.Indexers);
        var name = Path.GetFileName(folder.Policy);
        new PosixLogFiles(folder.Path).Replace(name, name + ".new", policy.ToBytes(), Visibility.Public);
    }

    // One of them is enough, unless the policy's owner has asked for more.
    private static Policy WithIndexers(Policy policy, ImmutableArray<VerifierKey> more)
    {
        foreach (var indexer in more)
            if (indexer.Type != NoteSignatureType.Ed25519)
                throw new NodeException(NodeFault.BadRequest, $"the indexer '{indexer.Name}' has a key of type 0x{(byte)indexer.Type:x2}: expected 0x01, as `assay key vkey` prints it");
        ImmutableArray<VerifierKey> indexers = [.. policy.Indexers.Concat(more).DistinctBy(i => i.Key)];
        return policy with { Indexers = indexers, IndexerThreshold = Math.Max(policy.IndexerThreshold, Math.Min(1, indexers.Length)) };
    }
}
