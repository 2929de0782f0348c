using System.Collections.Immutable;
using Assay.Node.Receipts;
using Assay.Verify;
using Assay.Verify.Crypto;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Reports;
using Assay.Verify.Statements;
using Assay.Verify.Verification;

namespace Assay.Node.Tests;

/// <summary>The verifiable index of a node: epochs, what indexers say of them, and what that proves in a bundle.</summary>
public sealed class EpochTests : IDisposable
{
    private readonly SigningKey indexer = SigningKey.FromSeed(Sha256.Of("an indexer"u8).Bytes);

    private VerifierKey Vkey => VerifierKey.Create("indexer.example", NoteSignatureType.Ed25519, indexer.PublicKey);

    [Fact]
    public async Task Completeness_is_verified_under_a_policy_with_an_indexer_that_signed_and_not_checked_without()
    {
        await using var test = TestNode.Open(new NodeOptions { Indexers = [Vkey] });
        var model = await test.ImportAdderAsync(1);
        var issued = await IssueAsync(test, model, 3);
        AssertCompleteness(test, await test.Node.BundleAsync(issued[0]), AxisStatus.NotChecked, "no-index");
        var epoch = await test.Node.Index.AppendAsync();
        Assert.Equal(epoch, await test.Node.Index.AppendAsync());
        AssertCompleteness(test, await test.Node.BundleAsync(issued[0]), AxisStatus.NotChecked, "not-cosigned");
        test.Node.Index.Add(FoldedBy(test, epoch.Event.Size));
        foreach (var receipt in issued)
            AssertCompleteness(test, await test.Node.BundleAsync(receipt), AxisStatus.Verified, "indexed");
        var bundle = await test.Node.BundleAsync(issued[2]);
        Assert.Equal("no-indexers", Verifier.Verify(bundle.ToBytes(), test.Policy with { Indexers = [], IndexerThreshold = 0 })[Axis.Completeness].Reason);

        // Of receipts after the epoch nothing is said, and an epoch that nobody has signed yet does not stand in the way of one that has.
        var late = (await IssueAsync(test, model, 1))[0];
        AssertCompleteness(test, await test.Node.BundleAsync(late), AxisStatus.NotChecked, "no-index");
        await test.Node.Index.AppendAsync();
        AssertCompleteness(test, await test.Node.BundleAsync(issued[0]), AxisStatus.Verified, "indexed");
        AssertCompleteness(test, await test.Node.BundleAsync(late), AxisStatus.NotChecked, "not-cosigned");

        // What indexers said survives a restart.
        await test.ReopenAsync();
        AssertCompleteness(test, await test.Node.BundleAsync(issued[0]), AxisStatus.Verified, "indexed");
    }

    [Fact]
    public async Task Holder_who_leaves_out_a_compromise_is_refuted()
    {
        await using var test = TestNode.Open(new NodeOptions { Indexers = [Vkey] });
        var model = await test.ImportAdderAsync(1);
        var issued = await IssueAsync(test, model, 2);
        await test.Node.BundleAsync(issued[1]);
        await test.Node.AppendEventAsync(KeyEvent.Compromise(test.Node.Origin, issued[0].Envelope.KeyId, issued[1].Index));
        var epoch = await test.Node.Index.AppendAsync();
        test.Node.Index.Add(FoldedBy(test, epoch.Event.Size));

        var honest = await test.Node.BundleAsync(issued[0]);
        AssertCompleteness(test, honest, AxisStatus.Verified, "indexed");
        Assert.Equal(KeyAction.Compromise, Assert.Single(test.Verify(honest).Revocations).Action);
        var refused = test.Verify(await test.Node.BundleAsync(issued[1]));
        Assert.Equal("compromised", refused[Axis.Key].Reason);
        var hidden = (await test.Node.BundleAsync(issued[1])) with { KeyHistory = honest.KeyHistory[..^1] };
        var report = test.Verify(hidden);
        Assert.Equal((Verdict.Rejected, AxisStatus.Refuted, "events-left-out"), (report.Verdict, report[Axis.Completeness].Status, report[Axis.Completeness].Reason));
        // Without the index nobody could tell: that is what it is for.
        Assert.True(test.Verify(hidden with { Completeness = null }).Accepted);
    }

    [Fact]
    public async Task Log_that_leaves_a_record_out_of_its_index_is_caught_by_whoever_folds_it()
    {
        await using var test = TestNode.Open();
        var model = await test.ImportAdderAsync(1);
        var issued = await IssueAsync(test, model, 3);
        await test.Node.BundleAsync(issued[2]);
        var state = test.Fold();
        var (truth, before) = (state.IndexAt(state.Size), state.IndexAt(issued[2].Index));
        var leaf = truth.Leaves[0] with { Count = before.Leaves[0].Count, Records = before.Leaves[0].Records };
        var lie = new VerifiableIndex(truth.Size, truth.Root, [leaf]).ToEvent(test.Node.Origin);
        using var logKey = SigningKey.FromPem(File.ReadAllText(Path.Combine(test.Data.Keys, "log.pem")));
        Assert.Contains("what they do not say", Assert.Throws<MalformedException>(() => test.Fold().Apply(lie.ToEntry(logKey))).Message, StringComparison.Ordinal);
        test.Fold().Apply(truth.ToEvent(test.Node.Origin).ToEntry(logKey));
    }

    [Fact]
    public async Task Node_appends_an_epoch_after_so_many_receipts_by_itself_whatever_happens_at_once()
    {
        await using var test = TestNode.Open(new NodeOptions { EpochEvery = 5 });
        var models = new[] { await test.ImportAdderAsync(1), await test.ImportAdderAsync(2) };
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(() => test.Node.InvokeAsync(models[i % 2], Digits.Pair(1, 2), new CallerTerms()))));
        await test.ReopenAsync();
        var epoch = test.Fold().Epoch!.Value;
        Assert.Equal(2UL, epoch.Event.Keys);
        // The count goes on where it stood, over restarts.
        var before = test.Node.Checkpoint.Checkpoint.Size;
        for (var i = 0; i < 5; i++)
        {
            await IssueAsync(test, models[0], 1);
            await test.ReopenAsync();
        }
        Assert.True(test.Fold().Epoch!.Value.Index >= before);
    }

    [Fact]
    public async Task Cosignatures_of_strangers_of_other_texts_and_of_unknown_epochs_are_refused()
    {
        await using var test = TestNode.Open(new NodeOptions { Indexers = [Vkey] });
        await IssueAsync(test, await test.ImportAdderAsync(1), 2);
        var epoch = await test.Node.Index.AppendAsync();
        var note = FoldedBy(test, epoch.Event.Size);
        using var stranger = SigningKey.FromSeed(Sha256.Of("somebody"u8).Bytes);
        Refused(test, NodeFault.Forbidden, IndexNote.Of(epoch.Event).Sign("indexer.example", stranger));
        Refused(test, NodeFault.NotFound, (IndexNote.Of(epoch.Event) with { Size = epoch.Event.Size + 1 }).Sign("indexer.example", indexer));
        Refused(test, NodeFault.BadRequest, (IndexNote.Of(epoch.Event) with { Keys = 2 }).Sign("indexer.example", indexer));
        Refused(test, NodeFault.BadRequest, SignedNote.Sign("something\n", "indexer.example", indexer));
        var damaged = note.Signatures[0] with { Bytes = note.Signatures[0].Bytes.ToArray().Select((b, i) => i == 9 ? (byte)(b ^ 1) : b).ToArray() };
        Refused(test, NodeFault.BadRequest, note with { Signatures = [damaged] });
        Assert.Empty(test.Node.Index.Newest!.CosignedBy);
        Assert.False(Directory.Exists(test.Data.Index));

        // A good line among others is kept, once, and the others are not.
        var crowd = note with { Signatures = note.Signatures.AddRange(IndexNote.Of(epoch.Event).Sign("somebody", stranger).Signatures) };
        for (var again = 0; again < 2; again++)
            Assert.Equal(2, test.Node.Index.Add(crowd).Note.Signatures.Length);
        Assert.Equal(Vkey, Assert.Single(test.Node.Index.At(epoch.Event.Size)!.CosignedBy));

        // What is damaged on the disk is as if it were not there, and can be brought again.
        File.WriteAllText(Path.Combine(test.Data.Index, $"{epoch.Event.Size}.note"), "nothing");
        Assert.Empty(test.Node.Index.Newest!.CosignedBy);
        Assert.Single(test.Node.Index.Add(note).CosignedBy);
    }

    public void Dispose() => indexer.Dispose();

    // As an indexer does it: from the entries alone.
    private SignedNote FoldedBy(TestNode test, ulong size)
    {
        var state = test.Fold();
        return IndexNote.Of(state.IndexAt(size).ToEvent(state.Genesis!.Origin)).Sign("indexer.example", indexer);
    }

    private static async Task<ImmutableArray<Issued>> IssueAsync(TestNode test, Store.StoredModel model, int count)
    {
        var issued = ImmutableArray.CreateBuilder<Issued>();
        for (var i = 0; i < count; i++)
            issued.Add((await test.Node.InvokeAsync(model, Digits.Pair(i, 2), new CallerTerms())).Receipt);
        return issued.ToImmutable();
    }

    private static void AssertCompleteness(TestNode test, Verify.Bundles.Bundle bundle, AxisStatus status, string reason)
    {
        var report = test.Verify(bundle);
        Assert.True(report.Accepted, report.Headline);
        Assert.Equal((status, reason), (report[Axis.Completeness].Status, report[Axis.Completeness].Reason));
    }

    private static void Refused(TestNode test, NodeFault fault, SignedNote note) =>
        Assert.Equal(fault, Assert.Throws<NodeException>(() => test.Node.Index.Add(note)).Fault);
}
