using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Assay.Client.Routing;
using Assay.Node.Audits;
using Assay.Reliability.Routing;
using Assay.Reliability.Statistics;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Cli.Tests.FullRun;

/// <summary>
/// From answers to passports: three providers (one honest, one that goes over to a rounded model, one that gives bad answers now and
/// then and opens none of them), two auditors, a keeper of accounts, a stranger. The providers' cheating is played; all else is the
/// program as it is, over HTTP, with logs on the disk. What it prints is in docs/full-run.md.
/// </summary>
public class FullRunTests(ITestOutputHelper output)
{
    /// <param name="PerNight">Answers of each provider between two nights.</param>
    /// <param name="SwapAfter">Answers after which one provider's are the rounded model's.</param>
    /// <param name="SwapperEpoch">Records of one of its epochs; <paramref name="Epoch"/> of the others'.</param>
    internal sealed record Scale(int Nights, int PerNight, int SwapAfter, uint Epoch, uint SwapperEpoch, string RateOfA, string RateOfB);

    [Fact]
    public Task A_few_hundred_answers_of_each() => RunAsync(new Scale(2, 300, 250, 100, 100, "1", "0.5"));

    [Fact]
    [Trait("speed", "slow")]
    public Task Twelve_thousand_answers_of_each_and_a_swap_after_five_thousand() => RunAsync(new Scale(4, 3000, 5000, 1000, 300, "0.3", "0.1"));

    private async Task RunAsync(Scale scale)
    {
        var cancel = TestContext.Current.CancellationToken;
        var watch = Stopwatch.StartNew();
        var ahead = (int)Math.Clamp(scale.PerNight / Math.Min(scale.Epoch, scale.SwapperEpoch) + 1, 2, 16);
        using var a = new AuditorFolder(ahead);
        using var b = new AuditorFolder(ahead);
        using var keeper = new AccountKeeping();
        var auditors = new AuditorList(false, [VerifierKey.Parse(a.VerifierKey), VerifierKey.Parse(b.VerifierKey)]);
        await using var honest = await PlayedOperator.OpenAsync(auditors, scale.Epoch);
        await using var swapper = await PlayedOperator.OpenAsync(auditors, scale.SwapperEpoch, number => number >= scale.SwapAfter);
        await using var refuser = await PlayedOperator.OpenAsync(auditors, scale.Epoch, number => number % 40 == 17, hides: true);
        PlayedOperator[] providers = [honest, swapper, refuser];
        foreach (var provider in providers)
        {
            // Its serving key is introduced by its first answer.
            await provider.ServeAsync(1, cancel);
            a.Follow(provider, scale.RateOfA);
            b.Follow(provider, scale.RateOfB);
            keeper.Follow(provider, a, b);
        }
        await Task.WhenAll(Task.Run(a.Audit, cancel), Task.Run(b.Audit, cancel));

        var late = Task.FromResult<Outcome?>(null);
        for (var night = 1; night <= scale.Nights; night++)
        {
            foreach (var provider in providers)
                await ServeNightAsync(provider, night * scale.PerNight, scale.SwapAfter, cancel);
            await late;
            output.WriteLine($"night {night}: {honest.Answers} answers of each, {watch.Elapsed.TotalSeconds:0} s");
            // The first finds no secret of the second's; the second has both; the first comes back, while the next answers are given.
            a.Audit();
            if (night == 2)
                await b.AuditUntilKilledAsync(entries: 5, cancel);
            b.Audit();
            late = Task.Run(a.Audit, cancel)!;
            keeper.Update();
        }
        await late;
        output.WriteLine($"audited: {watch.Elapsed.TotalSeconds:0} s");

        Challenge(swapper, a, b);
        keeper.Update();
        var (good, swapped, refused) = (Judge(keeper, honest, a, b), Judge(keeper, swapper, a, b), Judge(keeper, refuser, a, b));
        output.WriteLine($"passports verified: {watch.Elapsed.TotalSeconds:0} s");

        Assert.Equal((0UL, false, 0UL), (good.Failures, good.Alarmed, good.Faults));
        Assert.InRange(good.Trailing, 0u, Math.Min(swapped.Trailing, refused.Trailing) - 1);
        // All before the swap passes, all after it fails: the swap can be read off the account.
        Assert.True(swapped is { Diverged: > 0, Unopened: 0, Faults: 1 });
        Assert.True(refused is { Diverged: 0, Unopened: > 0, Alarmed: false });
        Assert.Equal(refused.Unopened, refused.Failures);
        if (scale.SwapAfter >= 5000)
        {
            Assert.True(Math.Max(good.Life, good.Trailing) <= 10_000 && refused.Life > 10_000 && swapped.Life > 10_000);
            Assert.True(swapped.Alarmed && swapped.Trailing > swapped.Life);
            AlarmOf(swapped);
        }
        Assert.All([good, swapped, refused], f => Assert.Equal(0UL, f.Disputed));
        Route(keeper, providers, scale.SwapAfter >= 5000 ? 10_000 : Math.Max(good.Life, good.Trailing));
    }

    // A caller's router, with the passports as its only source, and a policy of whom it believes.
    private void Route(AccountKeeping keeper, PlayedOperator[] providers, uint failures)
    {
        var rule = RouteRule.Parse(string.Create(CultureInfo.InvariantCulture, $"digits@proven>={(1_000_000 - failures) / 1_000_000m}"));
        var weights = providers[0].Node.Models.List()[0].Digest;
        var candidates = providers.Select(p =>
        {
            var folder = keeper.FolderOf(p);
            var certificate = RoutedEndpoint.OfPassport(File.ReadAllBytes(Path.Combine(folder, "them.passport.jsonl")), Policy.Parse(File.ReadAllBytes(Path.Combine(folder, "them.json"))), p.Node.Origin, weights);
            return new RouteCandidate(p.Node.Origin, certificate, null, null);
        }).ToList();
        var plan = RoutePlan.Of(rule, candidates, candidates[0].Certificate!.Time);
        Assert.Equal(providers[0].Node.Origin, Assert.Single(plan.Order).Name);
        output.WriteLine($"{rule}: {string.Join(", ", plan.Excluded.Select(e => $"{e.Candidate.Name} {e.Reason}"))}; the honest one answers");
    }

    private static async Task ServeNightAsync(PlayedOperator provider, int until, int swap, CancellationToken cancel)
    {
        // No answer of before the swap is under way at it.
        if (provider.Answers < swap && swap < until)
            await provider.ServeAsync(swap, cancel);
        await provider.ServeAsync(until, cancel);
    }

    // Evidence stands alone: whoever has the model sees it diverge, and another auditor may file it.
    private void Challenge(PlayedOperator swapper, AuditorFolder a, AuditorFolder b)
    {
        var evidence = Directory.GetFiles(a.Evidence).Order(StringComparer.Ordinal).ToArray();
        Assert.NotEmpty(evidence);
        var replay = b.Program.Run("replay", evidence[0], "--policy", swapper.PolicyFile, "--json");
        Assert.True(replay.ExitCode == 10, replay.Output + replay.Error);
        var challenge = b.Program.Run("challenge", evidence[0], "--policy", swapper.PolicyFile, "--json");
        Assert.Equal((10, "diverged"), (challenge.ExitCode, challenge.Json.GetProperty("status").GetString()));
        Assert.True(challenge.Json.TryGetProperty("entry", out _));
        output.WriteLine($"evidence: {evidence.Length} bundles published; replayed and filed as a challenge: {challenge.Json.GetProperty("detail").GetString()}");
    }

    private Figures Judge(AccountKeeping keeper, PlayedOperator provider, AuditorFolder a, AuditorFolder b)
    {
        var (account, text) = keeper.Show(provider);
        var figures = Figures.Of(account, text);
        var (folder, bytes) = keeper.Export(provider, a, b);
        var stranger = AccountKeeping.Verify(folder, Namespaces.WithoutNetwork);
        output.WriteLine(text);
        output.WriteLine($"passport: {bytes} bytes");
        Assert.Equal(("recomputed", "accepted", 0), (stranger.GetProperty("status").GetString(), stranger.GetProperty("verdict").GetString(), stranger.GetProperty("differences").GetArrayLength()));
        var recomputed = stranger.GetProperty("recomputed");
        Assert.Equal(account.GetProperty("state").GetString(), recomputed.GetProperty("state").GetString());
        var segment = Assert.Single(recomputed.GetProperty("segments").EnumerateArray());
        Assert.Equal((figures.Life, figures.Trailing, figures.Alarmed), (segment.GetProperty("life").GetProperty("bound").GetUInt32(), segment.GetProperty("trailing").GetProperty("bound").GetUInt32(), segment.GetProperty("alarmed").GetBoolean()));
        foreach (var auditor in recomputed.GetProperty("auditors").EnumerateArray())
            foreach (var none in new[] { "refusedDraws", "missingSecrets", "unfinished", "late", "refusals", "contradicted" })
                Assert.Equal((none, 0UL), (none, auditor.GetProperty(none).GetUInt64()));
        Assert.Equal((ulong)provider.Answers, segment.GetProperty("records").GetUInt64());
        if (!Namespaces.WithoutNetwork)
            output.WriteLine("verified beside a network: no namespace without one is to be had here");
        return figures;
    }

    // The detector again, from the counts alone: all passes came before all failures.
    private void AlarmOf(Figures swapped)
    {
        var rate = Baseline.Rate(new Counts(1000, 0))!.Value;
        var detector = ChangeDetector.For(rate);
        var state = new UInt128[detector.Ratios.Length];
        var (first, last) = (0UL, 0UL);
        for (var verdict = 1001UL; verdict <= swapped.Passes + swapped.Failures; verdict++)
        {
            detector.Step(state, failed: verdict > swapped.Passes);
            if (!ChangeDetector.Alarms(state))
                continue;
            Array.Clear(state);
            (first, last) = (first == 0 ? verdict : first, verdict);
        }
        output.WriteLine($"swap: {swapped.Passes} audits before it; the first alarm at audit {first}, {first - swapped.Passes} after it (baseline {rate} millionths)");
        Assert.InRange(first, swapped.Passes + 1, swapped.Passes + 20);
        Assert.Equal(swapped.LastAlarm, last);
    }

    /// <summary>What an account says of its one segment. Bounds in millionths.</summary>
    private sealed record Figures(ulong Passes, ulong Failures, uint Life, uint Trailing, bool Alarmed, ulong LastAlarm, ulong Faults, ulong Disputed, ulong Diverged, ulong Unopened)
    {
        public static Figures Of(JsonElement account, string text)
        {
            var segment = Assert.Single(account.GetProperty("segments").EnumerateArray());
            var (proven, letters) = (segment.GetProperty("proven"), segment.GetProperty("traffic"));
            var failures = proven.GetProperty("failures").GetUInt64();
            var alarm = Regex.Match(text, @"ALARMED at verdict (?<at>[0-9]+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
            return new Figures(
                proven.GetProperty("n").GetUInt64() - failures, failures, proven.GetProperty("failureBound").GetUInt32(), segment.GetProperty("trailing").GetProperty("failureBound").GetUInt32(),
                segment.GetProperty("change").GetProperty("alarmed").GetBoolean(), alarm.Success ? ulong.Parse(alarm.Groups["at"].Value, CultureInfo.InvariantCulture) : 0,
                segment.GetProperty("faults").GetUInt64(), segment.GetProperty("disputed").GetUInt64(), letters.GetProperty("d").GetUInt64(), letters.GetProperty("u").GetUInt64());
        }
    }
}
