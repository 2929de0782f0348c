using Assay.Reliability.Accounts;
using Assay.Reliability.Passports;
using Assay.Reliability.Tests.Accounts;
using Assay.Verify.Logs;
using Assay.Verify.Notes;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Reliability.Tests.Passports;

public class PassportTests
{
    [Fact]
    public void A_passport_recomputes_to_the_state_of_the_fold_and_holds_few_of_the_records()
    {
        var folded = Folded.Small();
        var file = Folded.Bytes(folded.Passport());
        var report = PassportVerifier.Verify(file, folded.Policy());
        Assert.Empty(report.Differences);
        Assert.Equal((PassportStatus.Recomputed, 0), (report.Status, report.ExitCode));
        Assert.Equal(folded.Audited.Fold.State.Digest(), report.StateDigest);
        Assert.Equal(AccountFigures.Of(folded.Audited.Only), report.Recomputed[0].Figures);
        var sealedShown = report.Passport!.Logs.Single(l => l.Origin == folded.Audited.Provider.Origin).Items.Count(i => i.IsShown && i.Entry.Length == 155);
        // One for each of five epochs.
        Assert.Equal(5, sealedShown);
        Assert.Equal(file, Folded.Bytes(report.Passport));
    }

    [Fact]
    public void Whose_logs_these_are_only_a_policy_says()
    {
        var folded = Folded.Small();
        var file = Folded.Bytes(folded.Passport());
        var report = PassportVerifier.Verify(file, null);
        Assert.Equal((PassportStatus.Recomputed, "no-policy", 20), (report.Status, report.Verdict, report.ExitCode));
        var stranger = folded.Policy();
        var withoutAuditor = stranger with { Log = stranger.Log with { Logs = stranger.Log.Logs.RemoveAt(3) } };
        report = PassportVerifier.Verify(file, withoutAuditor);
        Assert.Equal(("rejected", 10), (report.Verdict, report.ExitCode));
        Assert.Equal([true, true, true, false], report.Logs.Select(l => l.Trusted));
        var otherRoots = stranger with { Roots = [folded.Folder.Root.PublicKey] };
        Assert.Equal([true, false, true, true], PassportVerifier.Verify(file, otherRoots).Logs.Select(l => l.Trusted));
    }

    [Fact]
    public void Witnesses_of_the_policy_are_asked_for_on_every_log()
    {
        var folded = Folded.Small(1);
        var witness = folded.Folder.KeyOf("witness");
        var key = VerifierKey.Create("w.test", NoteSignatureType.Cosignature, witness.PublicKey);
        var policy = folded.Policy($"witness w {key}\nquorum w\n");
        var passport = folded.Passport();
        Assert.Equal("rejected", PassportVerifier.Verify(Folded.Bytes(passport), policy).Verdict);
        var cosigned = passport with
        {
            Logs = [.. passport.Logs.Select(l => l with { Note = l.Note with { Signatures = l.Note.Signatures.Add(Cosignature.Sign(l.Note.Text, "w.test", witness, 5)) } })],
        };
        Assert.Equal("accepted", PassportVerifier.Verify(Folded.Bytes(cosigned), policy).Verdict);
    }

    [Fact]
    public void Completeness_is_whole_where_all_is_shown_and_else_as_far_as_an_index_reaches()
    {
        var folded = Folded.Small();
        Assert.Equal(
            [LogCompleteness.Whole, LogCompleteness.NotChecked, LogCompleteness.Whole, LogCompleteness.Whole],
            PassportVerifier.Verify(Folded.Bytes(folded.Passport()), null).Logs.Select(l => l.Completeness));
        folded.Audited.Provider.Serve(folded.Audited.Key, 42);
        var epoch = folded.Index();
        folded.Audited.Provider.Serve(folded.Audited.Key, 3);
        var provider = PassportVerifier.Verify(Folded.Bytes(folded.Passport()), folded.Policy()).Logs[1];
        Assert.Equal((LogCompleteness.OwnWord, epoch.Size), (provider.Completeness, provider.UpTo));

        var indexer = folded.Folder.KeyOf("indexer");
        var note = IndexNote.Of(epoch).Sign("indexer.test", indexer);
        var trusting = folded.Policy() with { Indexers = [VerifierKey.Create("indexer.test", NoteSignatureType.Ed25519, indexer.PublicKey)], IndexerThreshold = 1 };
        var noted = Folded.Bytes(folded.Passport(size => size == epoch.Size ? note : null));
        Assert.Equal(LogCompleteness.Indexed, PassportVerifier.Verify(noted, trusting).Logs[1].Completeness);
        Assert.Equal(LogCompleteness.OwnWord, PassportVerifier.Verify(noted, folded.Policy()).Logs[1].Completeness);
    }

    [Fact]
    public void An_index_shows_that_an_open_entry_was_left_out()
    {
        var folded = Folded.Small();
        folded.Index();
        var passport = folded.Passport();
        var log = passport.Logs[1];
        for (var i = 0; i < log.Items.Count; i++)
            if (log.Items[i] is { IsShown: true, Entry.Length: > 155 } item && i > 0)
            {
                var items = log.Items.ToArray();
                items[i] = PassportItem.LeftOut(Verify.Merkle.MerkleTree.LeafHash(item.Entry.Span), 0);
                var report = PassportVerifier.Verify(Folded.Bytes(passport with { Logs = passport.Logs.SetItem(1, log with { Items = items }) }), null);
                Assert.Equal(PassportStatus.Differs, report.Status);
                Assert.Null(report.StateDigest);
            }
    }

    [Fact]
    public void An_index_shows_that_an_epoch_was_left_out()
    {
        // A provider that folds itself, and leaves out its last epoch: its steps say so too.
        var folded = new Folded(new Audited(auditors: 1));
        folded.Audited.Run(2, 1_000_000, _ => 'r');
        folded.Step();
        folded.Audited.Provider.Serve(folded.Audited.Key, 70);
        folded.Index();
        Assert.Equal(LogCompleteness.OwnWord, PassportVerifier.Verify(Folded.Bytes(folded.Passport()), null).Logs[1].Completeness);
        var honest = folded.Passport();
        // The last record that is shown ends epoch 1: without it, epoch 1 has not ended as far as one sees.
        var log = honest.Logs[1];
        var at = log.Items.Index().Last(i => i.Item is { IsShown: true, Entry.Length: 155 }).Index;
        var items = log.Items.ToArray();
        items[at] = PassportItem.LeftOut(Verify.Merkle.MerkleTree.LeafHash(items[at].Entry.Span), 0);
        var report = PassportVerifier.Verify(Folded.Bytes(honest with { Logs = honest.Logs.SetItem(1, log with { Items = items }) }), null);
        Assert.Contains(report.Differences, d => d.Detail.Contains("the record that ends an epoch", StringComparison.Ordinal));
    }

    [Fact]
    public void Logs_that_live_long_and_turn_often_recompute()
    {
        for (var seed = 1; seed <= 8; seed++)
        {
            var life = new Life(seed);
            life.Live(700);
            var file = Folded.Bytes(life.Folded.Passport());
            var report = PassportVerifier.Verify(file, life.Folded.Policy());
            Assert.True(report.Accepted, $"seed {seed}: {report.Differences.FirstOrDefault()}");
            Assert.Equal(life.Folded.Audited.Fold.State.Digest(), report.StateDigest);
            Assert.All(report.Logs, l => Assert.Equal(0, l.UnmatchedDraws));
            Assert.True(report.Logs[1].Completeness == LogCompleteness.OwnWord, $"seed {seed}");
        }
    }

    [Fact]
    public void One_log_may_be_folder_and_auditor_or_folder_and_provider()
    {
        foreach (var own in (Func<Audited, AuditedLog>[])[a => a.Auditors[1], a => a.Provider])
        {
            var audited = new Audited();
            var folded = new Folded(audited) { Folder = own(audited) };
            for (var round = 0; round < 4; round++)
            {
                audited.Run(2, 400_000, _ => 'r');
                folded.Step();
            }
            folded.Index();
            var report = PassportVerifier.Verify(Folded.Bytes(folded.Passport()), folded.Policy());
            Assert.True(report.Accepted, $"{report.Differences.FirstOrDefault()}");
            Assert.Equal(3, report.Logs.Length);
        }
    }

    [Fact]
    public void Of_an_auditor_with_many_others_what_is_about_them_may_be_left_out_and_the_report_says_so()
    {
        var folded = Folded.Small(1);
        var auditor = folded.Audited.Auditors[0];
        var canary = auditor.Add(new AuditCanaryEvent(auditor.Origin, "other.test/log", AuditedLog.Word("k"), 4, default));
        folded.Audited.Run(1, 300_000, _ => 'r');
        folded.Step();
        var passport = folded.Passport();
        var items = passport.Logs[2].Items.ToArray();
        items[(int)canary] = PassportItem.LeftOut(Verify.Merkle.MerkleTree.LeafHash(items[(int)canary].Entry.Span), 0);
        var report = PassportVerifier.Verify(Folded.Bytes(passport with { Logs = passport.Logs.SetItem(2, passport.Logs[2] with { Items = items }) }), folded.Policy());
        Assert.True(report.Accepted);
        Assert.Equal((LogCompleteness.NotChecked, canary), (report.Logs[2].Completeness, report.Logs[2].UpTo));
    }
}
