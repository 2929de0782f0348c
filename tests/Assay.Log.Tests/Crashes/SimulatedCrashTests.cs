namespace Assay.Log.Tests.Crashes;

/// <summary>Crashes on a disk that keeps only what was flushed. Each seed is one story, the same every time.</summary>
public class SimulatedCrashTests
{
    private const int Lives = 6;

    private const int QuickStories = 60;

    private static int Stories => int.TryParse(Environment.GetEnvironmentVariable("ASSAY_SIMULATED_CRASHES"), out var crashes) ? crashes / Lives : 700;

    [Fact]
    public void Nothing_acknowledged_is_lost_and_nothing_shown_is_taken_back() => Tell(0, QuickStories, diskErrors: false);

    [Fact]
    public void Nor_when_the_disk_reports_errors_in_between() => Tell(0, QuickStories, diskErrors: true);

    [Fact]
    [Trait("speed", "slow")]
    public void Nothing_is_lost_in_thousands_of_crashes() => Tell(QuickStories, Stories, diskErrors: false);

    [Fact]
    [Trait("speed", "slow")]
    public void Nothing_is_lost_in_thousands_of_crashes_and_disk_errors() => Tell(QuickStories, Stories, diskErrors: true);

    private static void Tell(int from, int to, bool diskErrors)
    {
        var (crashes, errors) = (0, 0);
        for (var seed = from; seed < to; seed++)
        {
            var scenario = new CrashScenario(seed, diskErrors);
            var wrong = scenario.Run(Lives);
            Assert.True(wrong is null, $"seed {seed}: {wrong}");
            crashes += scenario.Crashes;
            errors += scenario.Errors;
        }
        // Every life but the last ends by the one or the other; and with errors, by each of them often.
        Assert.Equal((to - from) * Lives, crashes + errors);
        Assert.True(!diskErrors || (errors > to - from && crashes > to - from), $"{crashes} crashes and {errors} errors hit");
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Log_whose_flush_does_nothing_is_caught(bool files, bool directories)
    {
        var caught = 0;
        for (var seed = 0; seed < 60; seed++)
        {
            var scenario = new CrashScenario(seed);
            scenario.Files.IgnoreFileFlush = files;
            scenario.Files.IgnoreDirectoryFlush = directories;
            if (scenario.Run(Lives) is not null)
                caught++;
        }
        Assert.True(caught > 30, $"only {caught} of 60 stories on a lying disk were caught");
    }
}
