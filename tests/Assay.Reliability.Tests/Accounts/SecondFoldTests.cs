using System.Diagnostics;
using Assay.Verify.Tests;

namespace Assay.Reliability.Tests.Accounts;

/// <summary>This fold and the second one (verifier/src/accounts) on random histories: the same bytes of state, the same figures, after each step.</summary>
public class SecondFoldTests
{
    [Fact]
    public void The_second_fold_agrees_on_random_histories() => Compare(1000, 12);

    [Fact]
    [Trait("speed", "slow")]
    public void The_second_fold_agrees_on_hundreds_of_random_histories() => Compare(0, 200);

    private static void Compare(int seed, int count)
    {
        Assert.SkipUnless((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, "node"))), "it needs Node.js 20 or newer");
        var histories = Enumerable.Range(seed, count).Select(s => RandomHistory.Of(s)).ToArray();
        // They reach what they are to reach.
        Assert.True(histories.Sum(h => h.Steps.Count) > 5 * count && histories.Sum(h => h.State.Segments.Sum(s => (long)s.Traffic.Counts.Total)) > 100 * count);
        var tallies = histories.SelectMany(h => h.State.Auditors).ToArray();
        Assert.True(count < 100 || tallies.Any(a => a.Late > 0) && tallies.Any(a => a.RefusedDraws > 0) && tallies.Any(a => a.SelfSampled && a.Draws > 0) && tallies.Any(a => a.Contradicted > 0));
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, HistoryJson.Write(histories, allStates: true));
            using var process = Process.Start(new ProcessStartInfo("node", ["--no-warnings", Documents.Find("verifier/test/support/foldhistories.mjs"), file])
            {
                RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            })!;
            var errors = process.StandardError.ReadToEndAsync();
            var said = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(said + errors.Result == $"{count} histories, {histories.Sum(h => h.Steps.Count)} steps, 0 differences\n", said + errors.Result);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
