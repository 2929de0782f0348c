using System.Text;
using Assay.Log.Witnessing;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;
using Assay.Verify.Notes;

namespace Assay.Log.Tests.Witnessing;

/// <summary>A log as a witness sees it: checkpoints and consistency proofs, and, if asked for, lies.</summary>
/// <param name="fork">From this entry on, the entries are others.</param>
internal sealed class TestTree(int size, int fork = int.MaxValue)
{
    private readonly Hash[] leaves =
        [.. Enumerable.Range(0, size).Select(i => i < fork ? TestLogs.Leaf((ulong)i) : MerkleTree.LeafHash(Encoding.ASCII.GetBytes($"fork {i}")))];

    public SignedNote Checkpoint(int at, SigningKey? key = null, string origin = TestLogs.Origin) =>
        new Checkpoint(origin, (ulong)at, MerkleTree.Head(leaves.AsSpan(0, at))).Sign(key ?? TestLogs.Key);

    public AddCheckpoint Request(int old, int at) =>
        new((ulong)old, [.. MerkleTree.ConsistencyPath(Math.Min(old, at), leaves.AsSpan(0, at))], Checkpoint(at));

    public byte[] Body(int old, int at) => Request(old, at).ToBytes();
}
