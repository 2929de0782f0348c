using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Merkle;
using Assay.Verify.Statements;

namespace Assay.Verify.Tests.Logs;

/// <summary>The verifiable index: what the fold derives is what the definition says, at every size, and an epoch that says anything else is refused.</summary>
public class IndexTests
{
    private static readonly TestIssuer Issuer = new() { EpochSize = 25 };

    [Fact]
    public void The_tree_that_grows_is_the_plain_tree_at_every_size()
    {
        Hash[] leaves = [.. Enumerable.Range(0, 600).Select(i => Sha256.Of(BitConverter.GetBytes(i)))];
        var (kept, elsewhere) = (new GrowingTree(), new GrowingTree(at => leaves[at]));
        for (var size = 0; size <= leaves.Length; size++)
        {
            Assert.Equal(MerkleTree.Head(leaves.AsSpan(0, size)), kept.Head((ulong)size));
            Assert.Equal(kept.Head((ulong)size), elsewhere.Head((ulong)size));
            if (size == leaves.Length)
                break;
            kept.Append(leaves[size]);
            elsewhere.Append(default);
        }
        var random = new Random(4);
        for (var round = 0; round < 500; round++)
        {
            var size = random.Next(1, leaves.Length + 1);
            var (index, old) = (random.Next(size), random.Next(size + 1));
            Assert.Equal(MerkleTree.Head(leaves.AsSpan(0, size)), elsewhere.Head((ulong)size));
            Assert.Equal(MerkleTree.InclusionPath(index, leaves.AsSpan(0, size)), elsewhere.InclusionPath((ulong)index, (ulong)size));
            Assert.Equal(MerkleTree.ConsistencyPath(old, leaves.AsSpan(0, size)), kept.ConsistencyPath((ulong)old, (ulong)size));
        }
        Assert.Throws<ArgumentOutOfRangeException>(() => kept.Head(601));
        Assert.Throws<ArgumentOutOfRangeException>(() => kept.InclusionPath(5, 5));
    }

    [Fact]
    public void The_fold_derives_the_index_that_the_definition_gives()
    {
        var bundle = Issuer.Issue(out var entries);
        var state = Folded(entries);
        var epoch = state.Epoch!.Value;
        Assert.Equal((27UL, 25UL, 2UL), (epoch.Index, epoch.Event.Size, epoch.Event.Keys));
        var index = state.IndexAt(25);
        Assert.Equal(epoch.Event, index.ToEvent(TestIssuer.Origin));
        var (ours, shown) = (index.Prove(TestIssuer.ServingKey.PublicKey.Id)!, bundle.Completeness!.Key);
        Assert.Equal((shown.Position, shown.Events, shown.Count, shown.Records), (ours.Position, ours.Events, ours.Count, ours.Records));
        Assert.Equal(shown.Path, ours.Path);
        Assert.Equal(bundle.Completeness.Record, state.RecordPath(TestIssuer.ServingKey.PublicKey.Id, 7, 25));
        Assert.Null(index.Prove(TestIssuer.RootKey.PublicKey.Id));
    }

    [Fact]
    public void The_index_of_any_size_is_the_same_however_far_the_fold_went_on()
    {
        Issuer.Issue(out var entries);
        var all = Folded(entries);
        for (var size = 1; size <= entries.Length; size++)
        {
            var then = Folded(entries[..size]);
            Assert.Equal(then.IndexAt((ulong)size).ToEvent("x"), all.IndexAt((ulong)size).ToEvent("x"));
            Assert.Equal(MerkleTree.Head([.. entries[..size].Select(e => MerkleTree.LeafHash(e))]), all.RootAt((ulong)size));
        }
        Assert.Empty(all.IndexAt(2).Leaves);
        Assert.Equal(MerkleTree.Empty, all.IndexAt(2).Head());
        Assert.Throws<ArgumentOutOfRangeException>(() => all.IndexAt(31));
    }

    [Fact]
    public void A_log_under_several_roots_with_a_key_of_P256_folds()
    {
        (Issuer.WithP256() with { Roots = [TestIssuer.RootKey, TestIssuer.Key("2"), TestIssuer.P256Key], Threshold = 2 }).Issue(out var entries);
        Assert.Equal(11UL, Folded(entries).Keys[TestIssuer.P256Key.PublicKey.Id].Receipts);
        entries[17][88] = 1;
        Assert.Contains("algorithm", Assert.Throws<MalformedException>(() => Folded(entries)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("size")]
    [InlineData("later")]
    [InlineData("nothing")]
    [InlineData("root")]
    [InlineData("keys")]
    [InlineData("index")]
    [InlineData("origin")]
    [InlineData("signer")]
    public void An_epoch_that_lies_is_refused(string about)
    {
        var lying = Issuer with
        {
            EpochSigner = about == "signer" ? TestIssuer.RootKey : TestIssuer.LogKey,
            EditEpoch = e => about switch
            {
                "size" => e with { Size = 24 },
                "later" => e with { Size = 28 },
                "nothing" => e with { Size = 0 },
                "root" => e with { Root = MerkleTree.Empty },
                "keys" => e with { Keys = 3 },
                "index" => e with { Index = MerkleTree.Empty },
                "origin" => e with { Origin = "assay.test/other" },
                _ => e,
            },
        };
        lying.Issue(out var entries);
        var state = Folded(entries[..27]);
        Assert.Throws<MalformedException>(() => state.Apply(entries[27]));
        Assert.Equal((27UL, null), (state.Size, state.Epoch));
        // Nothing of it is left: the honest entry follows.
        Issuer.Issue(out var honest);
        state.Apply(honest[27]);
    }

    [Fact]
    public void An_epoch_of_all_that_is_there_follows_at_once()
    {
        Issuer.Issue(out var entries);
        var state = Folded(entries[..20]);
        state.Apply(state.IndexAt(20).ToEvent(TestIssuer.Origin).ToEntry(TestIssuer.LogKey));
        Assert.Equal(20UL, state.Epoch!.Value.Event.Size);
        Assert.Throws<MalformedException>(() => state.Check(new EpochEvent(TestIssuer.Origin, 22, default, 0, default)));
    }

    [Fact]
    public void An_index_note_comes_back_and_is_kept_apart()
    {
        var note = new IndexNote("o", 5, MerkleTree.Empty, 2, MerkleTree.Empty);
        Assert.Equal(note, IndexNote.Parse(note.ToText()));
        Assert.Equal(6, note.ToText().Count(c => c == '\n'));
        foreach (var text in (string[])["", note.ToText() + "x", note.ToText().Replace("\n5\n", "\n05\n"), "assay/promise/v1" + note.ToText()[14..]])
            Assert.Throws<MalformedException>(() => IndexNote.Parse(text));
        Assert.Throws<MalformedException>(() => Assay.Verify.Notes.Checkpoint.Parse(note.ToText()));
    }

    private static LogState Folded(byte[][] entries)
    {
        var state = new LogState();
        foreach (var entry in entries)
            state.Apply(entry);
        return state;
    }
}
