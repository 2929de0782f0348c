namespace Assay.Log.Tests.Crashes;

/// <summary>Crashes on a disk that keeps only what was flushed. Each seed is one story, the same every time.</summary>
public class SimulatedCrashTests
{
    private const int Lives = 6;

    private static int Stories => int.TryParse(Environment.GetEnvironmentVariable("ASSAY_SIMULATED_CRASHES"), out var crashes) ? crashes / Lives : 700;

    [Fact]
    public void Nothing_acknowledged_is_lost_and_nothing_shown_is_taken_back()
    {
        var crashes = 0;
        for (var seed = 0; seed < Stories; seed++)
        {
            var scenario = new CrashScenario(seed);
            var wrong = scenario.Run(Lives);
            Assert.True(wrong is null, $"seed {seed}: {wrong}");
            crashes += scenario.Crashes;
        }
        Assert.True(crashes >= Stories * Lives * 9 / 10, $"only {crashes} crashes hit");
    }

    [Fact]
    public void Nor_when_the_disk_reports_errors_in_between()
    {
        var errors = 0;
        for (var seed = 0; seed < Stories / 2; seed++)
        {
            var scenario = new CrashScenario(seed, diskErrors: true);
            var wrong = scenario.Run(Lives);
            Assert.True(wrong is null, $"seed {seed}: {wrong}");
            errors += scenario.Errors;
        }
        Assert.True(errors >= Stories, $"only {errors} errors hit");
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
