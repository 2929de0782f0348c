namespace Assay.Engine.Tests;

/// <summary>Test data that lives outside the project: the folder that ASSAY_DATA names, or shared/data beside the repository.</summary>
internal static class SharedData
{
    public static string? Root { get; } = Find();

    /// <summary>The path of something in it; skips the test, with the reason, where it is not there.</summary>
    public static string Require(params string[] parts)
    {
        Assert.SkipUnless(Root is not null, "no shared data: set ASSAY_DATA, or put shared/data beside the repository");
        var path = Path.Combine([Root!, .. parts]);
        Assert.SkipUnless(Path.Exists(path), $"the shared data have no {Path.Combine(parts)}");
        return path;
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("ASSAY_DATA") is { Length: > 0 } named)
            return Directory.Exists(named) ? named : null;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (Path.Combine(folder.FullName, "shared", "data") is var path && Directory.Exists(path))
                return path;
        return null;
    }
}
