namespace Assay.Verify.Tests;

/// <summary>The repository's documents, for tests that hold them to what the code does.</summary>
internal static class Documents
{
    public static string Read(string path) => File.ReadAllText(Find(path)).ReplaceLineEndings("\n");

    /// <summary>The absolute path of something in the repository.</summary>
    public static string Find(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Assay.slnx")))
                return Path.Combine(folder.FullName, path);
        throw new InvalidOperationException("the tests run outside the repository");
    }
}
