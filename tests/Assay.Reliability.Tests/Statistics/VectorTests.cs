using Assay.Reliability.Statistics;

namespace Assay.Reliability.Tests.Statistics;

/// <summary>docs/spec/accounts.vectors.json is what this implementation computes; the TypeScript one is held to the same file.</summary>
public class VectorTests
{
    /// <summary>With <c>ASSAY_WRITE_VECTORS=1</c> the file is written anew, for its changes to be read before they are committed.</summary>
    [Fact]
    public void The_committed_vectors_are_what_the_statistics_compute()
    {
        var file = Path.Combine(Root(), "docs", "spec", "accounts.vectors.json");
        var text = VectorCases.All();
        if (Environment.GetEnvironmentVariable("ASSAY_WRITE_VECTORS") == "1")
            File.WriteAllText(file, text);
        Assert.Equal(File.ReadAllText(file), text);
    }

    [Fact]
    public void What_the_specification_says_in_numbers_is_so()
    {
        Assert.Equal((1_001u, 1_000u), (Proven.FailureBound(new(3_490, 0)), Proven.FailureBound(new(3_491, 0))));
        var text = File.ReadAllText(Path.Combine(Root(), "docs", "spec", "accounts.md"));
        Assert.Contains($"\"0 of 200\" proves {Proven.FailureBound(new(200, 0)) / 1e4:0.0000} %", text, StringComparison.Ordinal);
        Assert.Contains($"\"0 of 20,000\" proves {Proven.FailureBound(new(20_000, 0)) / 1e4:0.0000} %", text, StringComparison.Ordinal);
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Assay.slnx")))
            folder = folder.Parent!;
        return folder.FullName;
    }
}
