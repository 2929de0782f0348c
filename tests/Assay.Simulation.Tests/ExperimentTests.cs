using Assay.Simulation.Experiments;
using Assay.Simulation.Worlds;

namespace Assay.Simulation.Tests;

public sealed class ExperimentTests
{
    [Fact]
    public void The_same_seed_gives_the_same_digest_whatever_the_threads()
    {
        var plan = Experiment.Plan(Experiment.Built, 3, 2, epochs: 12);
        var (one, other) = (Experiment.Run(plan, null, 1), Experiment.Run(plan, null, 3));
        Assert.Equal(ReportFormat.Digest(one), ReportFormat.Digest(other));
        Assert.Equal(ReportFormat.Text(one), ReportFormat.Text(other));
        Assert.NotEqual(ReportFormat.Digest(one), ReportFormat.Digest(Experiment.Run(Experiment.Plan(Experiment.Built, 4, 2, epochs: 12), null, 2)));
    }

    [Fact]
    public void Arms_see_the_same_world_until_they_differ()
    {
        // No name is sold before epoch 40.
        var runs = Experiment.Run(Experiment.Plan([Arm.A, Arm.B, Arm.C], 3, 1, epochs: 39), null, 2);
        Assert.Single(runs.Select(r => r.Digest).Distinct());
        var later = Experiment.Run(Experiment.Plan([Arm.A, Arm.B, Arm.C], 3, 1, epochs: 64), null, 2);
        Assert.Equal(3, later.Select(r => r.Digest).Distinct().Count());
    }

    [Fact]
    public void A_run_that_was_stopped_goes_on_where_it_was()
    {
        var folder = Directory.CreateTempSubdirectory("assay-simulate-").FullName;
        try
        {
            var plan = Experiment.Plan([Arm.A, Arm.C], 5, 3, epochs: 5);
            var whole = ReportFormat.Text(Experiment.Run(plan, null, 2));
            using (var stop = new CancellationTokenSource())
            using (var first = new RunFolder(folder))
                Assert.ThrowsAny<OperationCanceledException>(() => Experiment.Run(
                    plan, first, 1, (done, _) =>
                    {
                        if (done == 2)
                            stop.Cancel();
                    },
                    stop.Token));
            File.AppendAllText(Path.Combine(folder, "replications.ndjson"), "{\"half\":");
            using (var second = new RunFolder(folder))
            {
                Assert.InRange(second.Finished.Count, 2, 5);
                Assert.Equal(whole, ReportFormat.Text(Experiment.Run(plan, second, 2)));
            }
            using (var third = new RunFolder(folder))
                Assert.Equal(6, third.Finished.Count);
            File.WriteAllText(Path.Combine(folder, "replications.ndjson"), "{}\n");
            Assert.Throws<RunException>(() => new RunFolder(folder));
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public void Figures_are_of_what_the_agents_did()
    {
        var summary = new Summary(Experiment.Run(Experiment.Plan([Arm.A, Arm.B], 7, 1), null, 2));
        var (a, b) = (new Cell(Arm.A), new Cell(Arm.B));
        // An insider ranks better than the account, and the account better than chance.
        Assert.True(summary.Of(a, "rank.insider")!.Value.Value > summary.Of(a, "rank.expected")!.Value.Value);
        Assert.True(summary.Of(a, "rank.expected")!.Value.Value > 0.2);
        // Who answers with another model all the time is seen and shown to be above its promise.
        Assert.Equal(1, summary.Of(a, "detect.Quantise.alarmed")!.Value.Value);
        Assert.Equal(1, summary.Of(a, "attack.Quantise.slashed")!.Value.Value);
        Assert.Equal(0, summary.Of(a, "slash.false")!.Value.Value);
        // A buyer under a good name is paid more at first.
        Assert.True(summary.Difference(b, a, "loss")!.Value.Value > 0);
    }
}
