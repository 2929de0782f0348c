using System.Text.Json;

namespace Assay.Tests;

/// <summary>Finds the test data that lives outside the repository; tests that need it are skipped where it is absent.</summary>
internal static class TestData
{
    /// <summary>The absolute path of a file or folder of the test data. Skips the calling test where it is absent.</summary>
    public static string Require(string relative)
    {
        var path = Find(relative);
        Assert.SkipWhen(path is null, $"test data '{relative}' is absent: set ASSAY_DATA or put shared/data beside the repository");
        return path!;
    }

    public static string? Find(string relative)
    {
        foreach (var root in Roots())
        {
            var path = Path.Combine(root, relative);
            if (File.Exists(path) || Directory.Exists(path))
                return path;
        }
        return null;
    }

    public static JsonElement Json(string relative) => JsonDocument.Parse(File.ReadAllBytes(Require(relative))).RootElement;

    private static IEnumerable<string> Roots()
    {
        if (Environment.GetEnvironmentVariable("ASSAY_DATA") is { Length: > 0 } set)
        {
            yield return set;
            yield break;
        }
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            yield return Path.Combine(folder.FullName, "shared", "data");
    }
}
