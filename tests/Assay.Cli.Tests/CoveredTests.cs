using System.Diagnostics;

namespace Assay.Cli.Tests;

/// <summary>The story of examples/covered.sh with the built program: audited, insured, cheated, paid, and followed to the token that differs.</summary>
public sealed class CoveredTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("assay-covered-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    [Trait("speed", "slow")]
    public async Task Cover_of_a_provider_that_cheats_pays_and_its_file_recomputes()
    {
        Assert.SkipUnless(File.Exists("/bin/bash") && Has("node") && Has("curl"), "the example needs bash, Node.js and curl");
        var start = new ProcessStartInfo(Path.Combine(Assay.Repository, "examples", "covered.sh"), [folder.FullName]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["PORT"] = "7895";
        using var story = Process.Start(start)!;
        var (output, error) = (story.StandardOutput.ReadToEndAsync(), story.StandardError.ReadToEndAsync());
        await story.WaitForExitAsync(TestContext.Current.CancellationToken);
        var said = await output;
        Assert.True(story.ExitCode == 0, said + await error);
        foreach (var expected in (string[])["payout=10000", "10000 units to participant 2", "RECOMPUTED", "journal: whole", "looks: every step of the account", "DIVERGED: token "])
            Assert.Contains(expected, said, StringComparison.Ordinal);
        // Beyond what was spent nobody is insured.
        Assert.Contains("assay:", await error, StringComparison.Ordinal);
    }

    private static bool Has(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Combine(p, program)));
}
