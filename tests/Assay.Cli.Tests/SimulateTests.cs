namespace Assay.Cli.Tests;

/// <summary><c>assay simulate</c>, as someone who wants to see the experiment's figures again uses it.</summary>
public class SimulateTests
{
    [Fact]
    public void One_world_an_arm_gives_the_same_digest_again_and_from_what_was_kept()
    {
        using var assay = new Assay();
        var folder = Path.Combine(assay.Folder, "run");
        string[] words = ["simulate", "--arms", "A,D", "--seed", "11", "--replications", "1"];
        var first = assay.Run([.. words, "--json", "--threads", "1"]).Json;
        var again = assay.Run([.. words, "--json", "--threads", "2", "--out", folder, "--plots", folder]).Json;
        Assert.Equal(first.GetProperty("digest").GetString(), again.GetProperty("digest").GetString());
        Assert.Equal(first.GetProperty("cells").GetRawText(), again.GetProperty("cells").GetRawText());
        Assert.Equal(2, File.ReadLines(Path.Combine(folder, "replications.ndjson")).Count());
        Assert.StartsWith("<svg", File.ReadAllText(Path.Combine(folder, "rank.svg")), StringComparison.Ordinal);
        var text = assay.Run([.. words, "--out", folder]).Output;
        Assert.Contains(first.GetProperty("digest").GetString()!, text, StringComparison.Ordinal);
        Assert.Contains("H3", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("A,F")]
    [InlineData("A,A")]
    [InlineData("")]
    public void Arms_that_are_none_are_wrong_usage(string arms)
    {
        using var assay = new Assay();
        var outcome = assay.Run("simulate", "--arms", arms);
        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("--arms", outcome.Error, StringComparison.Ordinal);
    }
}
