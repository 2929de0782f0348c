using Assay.Audit.Auditing;
using Assay.Engine.Execution;
using Assay.Reliability.Accounts;
using Assay.Verify.Bundles;
using Assay.Verify.Crypto;
using Assay.Verify.Statements;
using Assay.Verify.Tests;

namespace Assay.Audit.Tests.Auditing;

/// <summary>Planted divergences show which auditors run what they judge (docs/spec/audits.md section 4).</summary>
public sealed class PlantTests : IDisposable
{
    private readonly PlayedModels models = new();
    private readonly TemporaryFolder folder = new();
    private readonly MemoryAuditorLog payer = new("payer.test/log");
    private readonly ModelShelf shelf;
    private readonly AuditorFolder kept;
    private readonly PublishedEvidence evidence;

    public PlantTests()
    {
        shelf = new ModelShelf(models.Store, new SessionOptions { Threads = 1 });
        kept = new AuditorFolder(folder["audits"]);
        evidence = new PublishedEvidence(new Log.Files.PosixLogFiles(folder["public"]));
    }

    public void Dispose()
    {
        shelf.Dispose();
        models.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task An_auditor_that_passes_what_was_planted_is_seen_and_one_that_runs_it_finds_it()
    {
        await using var provider = new PlayedProvider(models);
        using var honest = new PlayedAuditor(provider, models.Store, "honest.test/log", 1_000_000);
        using var lazy = new PlayedAuditor(provider, models.Store, "lazy.test/log", 1_000_000);
        await honest.RunAsync();
        await lazy.RunAsync();
        ulong[] planted = [13, 57];
        await provider.EndEpochAsync(s => planted.Contains(s) ? Trick.Swap : Trick.None);
        var commit = await Plants.CommitAsync(payer, kept, shelf, [.. planted.Select(provider.BundleAt)], null, default);
        Assert.IsType<AuditPlantEvent>(payer.Log.Events[^1].Event);
        // The honest one gives its secret and waits; the lazy one draws, and passes whatever it drew.
        await honest.RunAsync();
        await lazy.RunAsync(judge: false);
        await honest.RunAsync();
        var draw = Assert.Single(lazy.Log.Log.Events, e => e.Event is AuditDrawEvent);
        lazy.Log.Log.Judge(draw.Index, 0, 100, _ => 'r');

        await Plants.OpenAsync(payer, kept, evidence, commit, default);
        var plant = Assert.IsType<AuditPlantEvent>(payer.Log.Events[^1].Event);
        var found = PlantCheck.Of(plant, honest.Log.All<AuditDrawEvent>().Single(), honest.Log.Letters);
        Assert.Equal([(13UL, 'd', false), (57UL, 'd', false)], found.Select(v => (v.Sequence, v.Letter, v.IsMissed)));
        var passed = PlantCheck.Of(plant, lazy.Log.All<AuditDrawEvent>().Single(), lazy.Log.Letters);
        Assert.Equal([(13UL, 'r', true), (57UL, 'r', true)], passed.Select(v => (v.Sequence, v.Letter, v.IsMissed)));
        // The logs alone say the same.
        var read = PlantReader.Read(Bytes(payer.Log), [Bytes(honest.Log.Log), Bytes(lazy.Log.Log)]);
        Assert.Equal(found.Concat(passed), read);
        // Whoever reads it runs the evidence again, and believes neither.
        foreach (var verdict in passed)
        {
            var bundle = Bundle.Parse(evidence.Read(verdict.Evidence)!);
            var judgement = await new ReplayOracle(shelf).JudgeAsync(bundle, provider.State, PlayedProvider.KeyId, verdict.Sequence, AuditLane.Traffic, default);
            Assert.Equal('d', judgement.Letter);
        }
        // Letters that are not there yet say nothing; nor do draws of another key.
        Assert.Empty(PlantCheck.Of(plant, lazy.Log.All<AuditDrawEvent>().Single(), ""));
        Assert.Empty(PlantCheck.Of(plant, lazy.Log.All<AuditDrawEvent>().Single() with { KeyId = AuditKeys.Word("key") }, lazy.Log.Letters));
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Bytes(AuditedLog log) => log.Entries.Select(e => (ReadOnlyMemory<byte>)e);

    [Fact]
    public async Task What_does_not_diverge_cannot_be_planted_and_what_is_not_kept_cannot_be_opened()
    {
        await using var provider = new PlayedProvider(models);
        await provider.ServeAsync(3, s => s == 1 ? Trick.Swap : Trick.None);
        var refused = await Assert.ThrowsAsync<AuditException>(() => Plants.CommitAsync(payer, kept, shelf, [provider.BundleAt(1), provider.BundleAt(2)], null, default));
        Assert.Contains("record 2 does not diverge", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<AuditException>(() => Plants.CommitAsync(payer, kept, shelf, [], null, default));
        Assert.Single(payer.Log.Events);
        var commit = await Plants.CommitAsync(payer, kept, shelf, [provider.BundleAt(1)], null, default);
        await Assert.ThrowsAsync<AuditException>(() => Plants.OpenAsync(payer, kept, evidence, commit + 1, default));
        await Plants.OpenAsync(payer, kept, evidence, commit, default);
        Assert.Equal(Sha256.Of(provider.BundleAt(1).ToBytes()), Assert.Single(payer.All<AuditPlantEvent>().Last().Opened!.Records).Evidence);
        // Open once: the log refuses a second time.
        await Assert.ThrowsAsync<AuditException>(() => Plants.OpenAsync(payer, kept, evidence, commit, default));
    }

    [Fact]
    public async Task A_challenge_is_logged_once_and_only_of_what_diverges_and_holds()
    {
        await using var provider = new PlayedProvider(models);
        await provider.ServeAsync(3, s => s == 1 ? Trick.Swap : Trick.None);
        var policy = PlayedProvider.Trusted;
        Task<ChallengeOutcome> FileAsync(Bundle bundle) => Challenges.FileAsync(payer, shelf, evidence, bundle.ToBytes(), policy, default);
        var fine = await FileAsync(provider.BundleAt(0));
        Assert.Equal((Providers.ReplayStatus.Reproduced, null), (fine.Replay!.Status, fine.Index));
        Assert.True(fine.Report.Accepted, fine.Report.Headline);
        var filed = await FileAsync(provider.BundleAt(1));
        var challenge = Assert.IsType<ChallengeEvent>(payer.Log.Events[(int)filed.Index!.Value].Event);
        Assert.Equal((PlayedProvider.KeyId, 1UL, 3UL), (challenge.KeyId, challenge.Sequence, challenge.At));
        Assert.Equal(provider.BundleAt(1).ToBytes(), evidence.Read(challenge.Evidence));
        var again = await FileAsync(provider.BundleAt(1));
        Assert.Equal((null, true), (again.Index, again.IsKnown));
        // Another's word under the same record: the signature is not the key's, and accuses nobody.
        var bundle = provider.BundleAt(1);
        var forged = bundle with { Envelope = Verify.Dsse.Envelope.Sign(bundle.Envelope.PayloadType, bundle.Envelope.Payload, AuditKeys.Of("mallory")) };
        var rejected = await FileAsync(forged);
        Assert.Equal((null, null, false), (rejected.Replay, rejected.Index, rejected.Report.Accepted));
        Assert.Single(payer.All<ChallengeEvent>());
    }
}
