using Assay.Audit.Passports;
using Assay.Audit.Tests.Accounts;
using Assay.Reliability.Passports;
using Assay.Verify;
using Assay.Verify.Tests;

namespace Assay.Audit.Tests.Passports;

/// <summary>Passports made of published logs and of what a keeper of accounts has mirrored, and held against whole logs again.</summary>
public class LoggedPassportTests
{
    [Fact]
    public async Task The_account_that_is_kept_travels_as_a_file_and_holds_against_the_logs()
    {
        await using var kept = await RunAsync();
        using var own = LoggedTree.Open(kept.FolderOf(kept.Own));
        var published = Logs(kept).Select(l => LoggedTree.Open(kept.FolderOf(l))).ToList();
        var mirrored = Directory.GetDirectories(Path.Combine(kept.AccountsFolder, "logs")).Select(LoggedTree.Open).ToList();
        Assert.Equal(3, mirrored.Count);
        foreach (var others in new[] { published, mirrored })
        {
            var file = Bytes(PassportMaker.Make(kept.Id.Digest(), own, others));
            var report = PassportVerifier.Verify(file, null);
            Assert.Equal((PassportStatus.Recomputed, kept.State.Digest()), (report.Status, report.StateDigest));
            Assert.Equal(LogCompleteness.NotChecked, report.Logs.Single(l => l.Roles.Contains("provider")).Completeness);
            var held = MirrorCheck.Check(report, [own, .. published]);
            Assert.Empty(held.Differences);
            Assert.All(held.Logs, l => Assert.Equal(LogCompleteness.Whole, l.Completeness));
            // With one log missing nothing more is known, and nothing differs.
            Assert.Equal(report.Logs, MirrorCheck.Check(report, [.. published]).Logs);
            Assert.Single(CertificateMaker.Make(report, own).Check(Verify.Policies.TlogPolicy.Parse(System.Text.Encoding.UTF8.GetBytes($"log {kept.Own.State.Genesis!.LogKey}\nquorum none\n"))));
        }
    }

    [Fact]
    public async Task A_log_that_shows_another_tree_a_shorter_one_or_a_later_step_is_a_difference()
    {
        await using var kept = await RunAsync();
        using var own = LoggedTree.Open(kept.FolderOf(kept.Own));
        var published = Logs(kept).Select(l => LoggedTree.Open(kept.FolderOf(l))).ToList();
        var passport = PassportMaker.Make(kept.Id.Digest(), own, published);
        var report = PassportVerifier.Verify(Bytes(passport), null);

        using var folder = new TemporaryFolder();
        var other = new AuditedLog(kept.Provider.Origin);
        other.Introduce("serving", Kept.Segment);
        other.Serve(other.KeyOf("serving"), kept.Provider.Entries.Count);
        await using (var fork = new Kept())
        {
            await fork.PublishAsync(other);
            Assert.Contains("another root", Assert.Single(MirrorCheck.Check(report, [LoggedTree.Open(fork.FolderOf(other))]).Differences).Detail, StringComparison.Ordinal);
            var shorter = new AuditedLog(kept.Own.Origin);
            await fork.PublishAsync(shorter);
            Assert.Contains("has only 1 entries", Assert.Single(MirrorCheck.Check(report, [LoggedTree.Open(fork.FolderOf(shorter))]).Differences).Detail, StringComparison.Ordinal);
        }

        // The last step's entry is left out, and the step before called the last.
        var log = passport.Logs[0];
        var items = log.Items.ToArray();
        items[^1] = PassportItem.LeftOut(Verify.Merkle.MerkleTree.LeafHash(items[^1].Entry.Span), 0);
        var old = passport with { Step = passport.Step - 1, Logs = passport.Logs.SetItem(0, log with { Items = items }) };
        // Whatever its figures are: those that it recomputes to.
        old = old with { Segments = PassportVerifier.Verify(Bytes(old), null).Recomputed };
        var shown = PassportVerifier.Verify(Bytes(old), null);
        Assert.Equal(PassportStatus.Recomputed, shown.Status);
        Assert.Equal("step", Assert.Single(MirrorCheck.Check(shown, [own, .. published]).Differences).Where);
    }

    [Fact]
    public async Task A_log_that_is_missing_or_damaged_gives_no_passport()
    {
        await using var kept = await RunAsync();
        using var own = LoggedTree.Open(kept.FolderOf(kept.Own));
        Assert.Throws<MalformedException>(() => PassportMaker.Make(kept.Id.Digest(), own, [LoggedTree.Open(kept.FolderOf(kept.Provider))]));
        Assert.Throws<MalformedException>(() => PassportMaker.Make(AuditedLog.Word("another"), own, []));
        Assert.Throws<AuditException>(() => LoggedTree.Open(Path.Combine(kept.Folder.Path, "nowhere")));
        var checkpoint = Path.Combine(kept.FolderOf(kept.Auditors[0]), "public", "checkpoint");
        File.WriteAllBytes(checkpoint, [.. File.ReadAllBytes(checkpoint)[..20], 1]);
        Assert.Throws<AuditException>(() => LoggedTree.Open(kept.FolderOf(kept.Auditors[0])));
    }

    private static IEnumerable<AuditedLog> Logs(Kept kept) => kept.Auditors.Prepend(kept.Provider);

    private static async Task<Kept> RunAsync()
    {
        var kept = new Kept();
        kept.Follow();
        for (var round = 0; round < 3; round++)
        {
            kept.Run(2, 400_000, s => s % 17 == 3 ? 'd' : 'r');
            kept.Provider.Serve(kept.Key, 30);
            await kept.PublishAsync();
            Assert.Empty((await kept.UpdateAsync()).Problems);
        }
        await kept.PublishAsync(kept.Own);
        return kept;
    }

    private static byte[] Bytes(Passport passport)
    {
        using var file = new MemoryStream();
        passport.Write(file);
        return file.ToArray();
    }
}
