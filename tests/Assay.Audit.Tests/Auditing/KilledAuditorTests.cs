using Assay.Log.Tests;
using Assay.Verify.Statements;

namespace Assay.Audit.Tests.Auditing;

/// <summary>An auditor that is killed at every step in turn, and goes on.</summary>
public sealed class KilledAuditorTests
{
    private sealed class Killed : Exception;

    [Fact]
    public async Task Killed_at_any_step_it_goes_on_with_the_same_draw_and_judges_every_record_once()
    {
        using var models = new PlayedModels();
        await using var provider = new PlayedProvider(models);
        using var auditor = new PlayedAuditor(provider, models.Store, rate: 150_000);
        var steps = int.MaxValue;
        var killedAt = new HashSet<string>();
        void Step(string what)
        {
            if (--steps != 0)
                return;
            killedAt.Add(what);
            throw new Killed();
        }
        // Before a file has its name, and before that name is durable. The mirror of the log has crash tests of its own.
        auditor.Files = files => new FaultyFiles(files, (operation, path) =>
        {
            if (path.Split('/')[0] is "secrets" or "openings" or "evidence" && (operation == "rename" || operation == "flush" && Path.GetExtension(path).Length == 0))
                Step($"{operation} {path.Split('/')[0]}");
            return null;
        });
        auditor.Log.Appending = isIn => Step(isIn ? "appended" : "append");
        provider.Asked = Step;
        for (var epoch = 1; ; epoch++)
        {
            // In each epoch the auditor dies one step later than in the one before.
            steps = epoch;
            await RunAsync();
            await provider.EndEpochAsync(s => s % 9 == 4 ? Trick.Swap : Trick.None);
            await RunAsync();
            if (steps > 0)
                break;
        }
        Assert.Superset((HashSet<string>)["seeds", "secret", "board", "openings", "append", "appended", "rename secrets", "flush secrets", "rename openings", "flush openings", "rename evidence", "flush evidence"], killedAt);
        var draws = auditor.Log.All<AuditDrawEvent>().ToArray();
        Assert.Equal(Enumerable.Range(0, draws.Length).Select(i => (ulong)i), draws.Select(d => d.Epoch.Number));
        Assert.Equal(provider.State.EndedEpochs(PlayedProvider.KeyId), (ulong)draws.Length);
        Assert.All(draws, d => Assert.Empty(d.Missing));
        // The log itself refuses gaps and overlaps; so these are all, and each once.
        Assert.Equal(string.Concat(draws.SelectMany(d => d.Order()).Select(s => s % 9 == 4 ? 'd' : 'r')), auditor.Log.Letters);
        Assert.Empty(auditor.Log.All<AuditRefusalEvent>());
        Assert.All(auditor.Log.All<AuditVerdictsEvent>().SelectMany(v => v.Divergences), d => Assert.NotNull(auditor.Evidence.Read(d.Evidence)));

        async Task RunAsync()
        {
            while (true)
                try
                {
                    await auditor.RunAsync();
                    return;
                }
                catch (Killed)
                {
                    // And begun again.
                }
        }
    }
}
