using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Assay.House.Tests;

/// <summary>Rules of the house that no analyzer knows.</summary>
public class HouseRuleTests
{
    private const int MaxLines = 400;

    [Fact]
    public void A_file_holds_one_concept_and_stays_short()
    {
        var long_ = Repository.Sources("src", "tests", "bench", "tools")
            .Where(f => File.ReadLines(f).Count() > MaxLines).Select(Repository.Relative);
        Assert.Empty(long_);
    }

    [Fact]
    public void Unsafe_code_lives_only_where_it_is_allowed()
    {
        // Kernels need pointers, and so does what hands tensors to them; nothing else does.
        string[] allowed = ["Assay.Engine/Numerics/", "Assay.Engine/Execution/Fast/", "Assay.Engine/Language/Fast/"];
        foreach (var room in Repository.Rooms.Except(["Assay.Engine"]))
            Assert.DoesNotContain("AllowUnsafeBlocks", Repository.Read($"src/{room}/{room}.csproj"));
        var outside = Repository.Sources("src")
            .Where(f => !allowed.Any(f.Replace('\\', '/').Contains))
            .Where(f => Regex.IsMatch(File.ReadAllText(f), @"^[^/\n]*\bunsafe\b", RegexOptions.Multiline)).Select(Repository.Relative);
        Assert.Empty(outside);
    }

    [Fact]
    public void Arithmetic_rooms_ban_the_platforms_mathematics()
    {
        foreach (var room in (string[])["Assay.Engine", "Assay.Reliability", "Assay.Market"])
            Assert.Contains("BannedSymbols.Arithmetic.txt", Repository.Read($"src/{room}/{room}.csproj"));
    }

    [Fact]
    public void What_strangers_recompute_uses_no_floating_point()
    {
        var floating = Repository.Sources("src/Assay.Reliability", "src/Assay.Market")
            .Where(f => Regex.IsMatch(File.ReadAllText(f), @"^[^/\n]*\b(double|float|decimal|Half|Math\.(Sqrt|Log|Exp|Pow))\b", RegexOptions.Multiline | RegexOptions.ExplicitCapture)).Select(Repository.Relative);
        Assert.Empty(floating);
    }

    [Fact]
    public void No_machine_path_or_test_data_is_in_the_repository()
    {
        var tracked = Tracked();
        foreach (var file in tracked)
        {
            Assert.False(Regex.IsMatch(file, @"\.(npy|pb)$"), $"{file} looks like test data from elsewhere");
            if (Regex.IsMatch(file, @"\.(onnx|png|json)$") || !File.Exists(Path.Combine(Repository.Root, file)))
                continue;
            var match = Regex.Match(Repository.Read(file), @"(?<![\w.~:/])/(work|farm|root|home)/\w+");
            Assert.False(match.Success, $"{file} holds the machine path {match.Value}");
        }
    }

    [Fact]
    public void Every_test_that_the_threat_model_names_exists()
    {
        var sources = Repository.Sources("tests").Where(f => f.EndsWith("Tests.cs", StringComparison.Ordinal))
            .ToLookup(f => Path.GetFileNameWithoutExtension(f), File.ReadAllText);
        var named = Regex.Matches(Repository.Read("docs/threat-model.md"), @"`(?<class>\w+Tests)(\.(?<method>\w+))?`");
        Assert.NotEmpty(named);
        foreach (Match name in named)
        {
            var (type, method) = (name.Groups["class"].Value, name.Groups["method"].Value);
            Assert.True(sources[type].Any(), $"there is no {type}");
            Assert.True(sources[type].Any(s => s.Contains($" {method}(", StringComparison.Ordinal) || method.Length == 0), $"there is no {type}.{method}");
        }
    }

    [Fact]
    public void Package_versions_are_pinned_exactly_and_locked()
    {
        Assert.DoesNotMatch("Version=\"[^\"]*[*,\\[(]", Repository.Read("Directory.Packages.props"));
        foreach (var room in Repository.Rooms)
            Assert.True(File.Exists(Path.Combine(Repository.Root, "src", room, "packages.lock.json")), $"{room} has no lock file");
    }

    private static string[] Tracked()
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["ls-files"])
        {
            WorkingDirectory = Repository.Root, RedirectStandardOutput = true, UseShellExecute = false,
        })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
