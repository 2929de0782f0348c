using System.Text.Json;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;

namespace Assay.Verify.Tests.Merkle;

public class MerkleTests
{
    private static Hash[] Leaves(int count) =>
        [.. Enumerable.Range(0, count).Select(i => MerkleTree.LeafHash(BitConverter.GetBytes(i)))];

    [Fact]
    public void Empty_tree_and_first_leaf_are_those_of_the_rfc()
    {
        Assert.Equal("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", MerkleTree.Empty.ToHex());
        Assert.Equal("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", MerkleTree.LeafHash([]).ToHex());
    }

    [Fact]
    public void Every_inclusion_proof_up_to_size_70_verifies_and_no_neighbour_does()
    {
        for (var size = 1; size <= 70; size++)
        {
            var leaves = Leaves(size);
            var root = MerkleTree.Head(leaves);
            for (var i = 0; i < size; i++)
            {
                var path = MerkleTree.InclusionPath(i, leaves).ToArray();
                Assert.True(MerkleProof.VerifyInclusion((ulong)i, (ulong)size, leaves[i], path, root));
                Assert.False(MerkleProof.VerifyInclusion((ulong)i + 1, (ulong)size, leaves[i], path, root));
                Assert.False(MerkleProof.VerifyInclusion((ulong)i, (ulong)size, leaves[i], [.. path, root], root));
                if (path.Length > 0)
                    Assert.False(MerkleProof.VerifyInclusion((ulong)i, (ulong)size, leaves[i], path.AsSpan(1), root));
            }
        }
    }

    [Fact]
    public void Every_consistency_proof_up_to_size_40_verifies_and_none_with_a_changed_hash()
    {
        var leaves = Leaves(40);
        for (var n = 1; n <= 40; n++)
        {
            for (var m = 1; m <= n; m++)
            {
                var path = MerkleTree.ConsistencyPath(m, leaves.AsSpan(0, n)).ToArray();
                var (old, root) = (MerkleTree.Head(leaves.AsSpan(0, m)), MerkleTree.Head(leaves.AsSpan(0, n)));
                Assert.True(MerkleProof.VerifyConsistency((ulong)m, (ulong)n, old, root, path));
                Assert.False(MerkleProof.VerifyConsistency((ulong)m, (ulong)n, leaves[0], root, path) && m > 1);
                for (var i = 0; i < path.Length; i++)
                {
                    Hash[] changed = [.. path];
                    changed[i] = MerkleTree.Empty;
                    Assert.False(MerkleProof.VerifyConsistency((ulong)m, (ulong)n, old, root, changed));
                }
            }
        }
    }

    [Fact]
    public void The_frontier_grows_as_the_tree_does()
    {
        var frontier = new Frontier();
        var leaves = Leaves(300);
        for (var i = 0; i < leaves.Length; i++)
        {
            Assert.Equal(MerkleTree.Head(leaves.AsSpan(0, i)), frontier.Head());
            frontier.Append(leaves[i]);
        }
    }

    // Its roots are 12 bytes long, equal, and never hashed: our roots cannot be anything but 32 bytes.
    private const string NotRepresentable = "sizes-are-equal-one-and-proof-is-empty.json";

    [Theory]
    [InlineData("merkle/inclusion.json")]
    [InlineData("merkle/consistency.json")]
    public void Published_vectors_are_judged_as_they_ask(string file)
    {
        var cases = TestData.Json(file);
        var judged = 0;
        foreach (var vector in (cases.ValueKind == JsonValueKind.Array ? cases : cases.GetProperty("cases")).EnumerateArray())
        {
            judged++;
            if (vector.GetProperty("file").GetString()!.EndsWith(NotRepresentable, StringComparison.Ordinal))
                continue;
            Assert.Equal(!vector.GetProperty("wantErr").GetBoolean(), file.Contains("inclusion") ? Included(vector) : Consistent(vector));
        }
        Assert.Equal(98, judged);
    }

    private static bool Included(JsonElement v) =>
        HashOf(v, "leafHash") is { } leaf && HashOf(v, "root") is { } root && Path(v) is { } path
        && MerkleProof.VerifyInclusion(v.GetProperty("leafIdx").GetUInt64(), v.GetProperty("treeSize").GetUInt64(), leaf, path, root);

    private static bool Consistent(JsonElement v) =>
        HashOf(v, "root1") is { } old && HashOf(v, "root2") is { } root && Path(v) is { } path
        && MerkleProof.VerifyConsistency(v.GetProperty("size1").GetUInt64(), v.GetProperty("size2").GetUInt64(), old, root, path);

    private static Hash? HashOf(JsonElement v, string name) => ToHash(v.GetProperty(name));

    private static Hash? ToHash(JsonElement v) =>
        v.ValueKind == JsonValueKind.String && v.GetBytesFromBase64() is { Length: Hash.Size } bytes ? Hash.From(bytes) : null;

    private static Hash[]? Path(JsonElement v)
    {
        var proof = v.GetProperty("proof");
        if (proof.ValueKind == JsonValueKind.Null)
            return [];
        var hashes = proof.EnumerateArray().Select(ToHash).ToArray();
        return hashes.Any(h => h is null) ? null : [.. hashes.Select(h => h!.Value)];
    }
}
