using System.Text.Json;
using Assay.Verify.Crypto;
using Assay.Verify.Merkle;

namespace Assay.Verify.Tests.Merkle;

public class SubtreeTests
{
    private static readonly Hash[] Leaves = [.. Enumerable.Range(0, 40).Select(i => MerkleTree.LeafHash(BitConverter.GetBytes(i)))];

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(3, 4, true)]
    [InlineData(4, 7, true)]
    [InlineData(8, 13, true)]
    [InlineData(7, 7, true)]
    [InlineData(0, ulong.MaxValue, true)]
    [InlineData(1UL << 63, ulong.MaxValue, true)]
    [InlineData(1, 3, false)]
    [InlineData(4, 9, false)]
    [InlineData(8, 7, false)]
    [InlineData(1, ulong.MaxValue, false)]
    public void Ranges_are_subtrees_where_their_start_is_aligned(ulong start, ulong end, bool expected) => Assert.Equal(expected, SubtreeProof.IsSubtree(start, end));

    [Fact]
    public void Every_leaf_of_every_subtree_is_proved_in_it_and_at_no_other_index()
    {
        foreach (var (start, end) in Subtrees(40))
        {
            var leaves = Leaves.AsSpan(start, end - start);
            var root = MerkleTree.Head(leaves);
            for (var i = start; i < end; i++)
            {
                var path = MerkleTree.InclusionPath(i - start, leaves).ToArray();
                Assert.True(SubtreeProof.VerifyInclusion((ulong)i, (ulong)start, (ulong)end, Leaves[i], path, root));
                Assert.False(SubtreeProof.VerifyInclusion((ulong)i + 1, (ulong)start, (ulong)end, Leaves[i], path, root));
                Assert.False(SubtreeProof.VerifyInclusion((ulong)i, (ulong)start, (ulong)end, Leaves[i], [.. path, root], root));
            }
        }
    }

    [Fact]
    public void Every_subtree_is_proved_to_be_part_of_every_tree_that_holds_it_and_no_other_root_is()
    {
        for (var size = 1; size <= 40; size++)
            foreach (var (start, end) in Subtrees(size))
            {
                var (inner, root) = (MerkleTree.Head(Leaves.AsSpan(start, end - start)), MerkleTree.Head(Leaves.AsSpan(0, size)));
                var path = Proof(start, end, 0, size, known: true);
                Assert.True(Verify(inner, root, path), $"[{start}, {end}) of {size}");
                Assert.False(Verify(MerkleTree.Empty, root, path));
                Assert.False(Verify(inner, MerkleTree.Empty, path));
                Assert.False(Verify(inner, root, [.. path, root]));
                for (var i = 0; i < path.Length; i++)
                    Assert.False(Verify(inner, root, [.. path[..i], MerkleTree.Empty, .. path[(i + 1)..]]));

                bool Verify(Hash subtreeRoot, Hash treeRoot, Hash[] proof) =>
                    SubtreeProof.VerifyConsistency((ulong)start, (ulong)end, (ulong)size, subtreeRoot, treeRoot, proof);
            }
    }

    // Its roots are 12 bytes long, equal, and never hashed: our roots cannot be anything but 32 bytes.
    private const string NotRepresentable = "additional/sizes-are-equal-one-and-proof-is-empty.json";

    [Theory]
    [InlineData("merkle/subtreeinclusion.json", 204)]
    [InlineData("merkle/subtreeconsistency.json", 118)]
    public void Published_vectors_are_judged_as_they_ask(string file, int count)
    {
        var vectors = TestData.Json(file);
        Assert.Equal(count, vectors.GetArrayLength());
        foreach (var vector in vectors.EnumerateArray().Where(v => !v.GetProperty("file").GetString()!.EndsWith(NotRepresentable, StringComparison.Ordinal)))
            Assert.True(vector.GetProperty("wantErr").GetBoolean() != (count == 204 ? Included(vector) : Consistent(vector)),
                $"{vector.GetProperty("file").GetString()}: {vector.GetProperty("desc").GetString()}");
    }

    private static IEnumerable<(int Start, int End)> Subtrees(int size) =>
        from start in Enumerable.Range(0, size)
        from end in Enumerable.Range(start + 1, size - start)
        where SubtreeProof.IsSubtree((ulong)start, (ulong)end)
        select (start, end);

    // SUBTREE_SUBPROOF of the draft, section 4.4.1: downwards from the tree of leaves first up to last.
    private static Hash[] Proof(int start, int end, int first, int last, bool known)
    {
        if (start == first && end == last)
            return known ? [] : [MerkleTree.Head(Leaves.AsSpan(first, last - first))];
        var split = first + (int)MerkleTree.Split((ulong)(last - first));
        var left = MerkleTree.Head(Leaves.AsSpan(first, split - first));
        var right = MerkleTree.Head(Leaves.AsSpan(split, last - split));
        return end <= split ? [.. Proof(start, end, first, split, known), right]
            : start >= split ? [.. Proof(start, end, split, last, known), left]
            : [.. Proof(split, end, split, last, known: false), left];
    }

    private static bool Included(JsonElement v) =>
        HashOf(v, "leafHash") is { } leaf && HashOf(v, "root") is { } root && PathOf(v) is { } path
        && SubtreeProof.VerifyInclusion(Number(v, "leafIdx"), Number(v, "start"), Number(v, "end"), leaf, path, root);

    // The root of the tree says nothing about an empty subtree, and is random bytes in some of those cases.
    private static bool Consistent(JsonElement v) =>
        HashOf(v, "root1") is { } subtree && PathOf(v) is { } path
        && (HashOf(v, "root2") ?? (Number(v, "start") == Number(v, "end") ? MerkleTree.Empty : null)) is { } root
        && SubtreeProof.VerifyConsistency(Number(v, "start"), Number(v, "end"), Number(v, "size"), subtree, root, path);

    private static ulong Number(JsonElement v, string name) => v.GetProperty(name).GetUInt64();

    private static Hash? HashOf(JsonElement v, string name) => ToHash(v.GetProperty(name));

    private static Hash? ToHash(JsonElement v) =>
        v.ValueKind == JsonValueKind.String && v.GetBytesFromBase64() is { Length: Hash.Size } bytes ? Hash.From(bytes) : null;

    private static Hash[]? PathOf(JsonElement v)
    {
        var proof = v.GetProperty("proof");
        if (proof.ValueKind == JsonValueKind.Null)
            return [];
        var hashes = proof.EnumerateArray().Select(ToHash).ToArray();
        return hashes.Any(h => h is null) ? null : [.. hashes.Select(h => h!.Value)];
    }
}
