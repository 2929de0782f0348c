namespace Assay.Engine.Tests;

/// <summary>Places in the checkout that these tests were built from.</summary>
internal static class MadeHere
{
    public static string Repository { get; } = Find();

    /// <summary>A file under <c>artifacts</c>, for what a test run makes to be read by people.</summary>
    public static string Artifact(string name) => Path.Combine(Directory.CreateDirectory(Path.Combine(Repository, "artifacts", "proof")).FullName, name);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Assay.slnx")))
                return folder.FullName;
        throw new InvalidOperationException("the tests do not run inside a checkout");
    }
}
