namespace Assay.Log.Files;

/// <summary>What is built from the primitive operations: whole files that appear at once and stay.</summary>
public static class DurableFiles
{
    private const int OpenAtOnce = 128;

    /// <summary>Replaces a file by these bytes: after a crash it holds either the old bytes or the new ones, and once this returns the new ones.</summary>
    /// <param name="temporary">A name on the same file system that nothing else uses meanwhile.</param>
    public static void Replace(this ILogFiles files, string path, string temporary, ReadOnlySpan<byte> bytes, Visibility visibility)
    {
        using (files.CreateNamed(path, temporary, bytes, visibility)) { }
    }

    /// <summary>The same by way of the log's folder for files half made.</summary>
    internal static void Replace(this ILogFiles files, string path, ReadOnlySpan<byte> bytes, Visibility visibility) =>
        files.Replace(path, TemporaryName(path), bytes, visibility);

    /// <summary>As <see cref="Replace(ILogFiles, string, ReadOnlySpan{byte}, Visibility)"/>, and hands back the open file so that more can be appended to it.</summary>
    internal static ILogFile CreateNamed(this ILogFiles files, string path, ReadOnlySpan<byte> bytes, Visibility visibility) =>
        files.CreateNamed(path, TemporaryName(path), bytes, visibility);

    private static ILogFile CreateNamed(this ILogFiles files, string path, string temporary, ReadOnlySpan<byte> bytes, Visibility visibility)
    {
        var file = files.Create(temporary, visibility);
        try
        {
            file.Append(bytes);
            file.Flush();
            files.Rename(temporary, path);
            files.FlushDirectory(LogLayout.Parent(path));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Makes all these files durable under their names, each visible only when whole. The names are set after every content is
    /// durable, so a name never leads to less than its bytes. Files that are there already are replaced (the same bytes, if the
    /// log before us got as far as writing them).
    /// </summary>
    internal static void WriteAll(
        this ILogFiles files, IReadOnlyList<(string Path, ReadOnlyMemory<byte> Bytes)> contents, DurableDirectories directories, Visibility visibility)
    {
        var changed = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var some in contents.Chunk(OpenAtOnce))
        {
            WriteTemporaries(files, some, visibility);
            foreach (var (path, _) in some)
            {
                var directory = LogLayout.Parent(path);
                if (changed.Add(directory))
                    directories.Make(directory, visibility);
                files.Rename(TemporaryName(path), path);
            }
        }
        foreach (var directory in changed)
            files.FlushDirectory(directory);
    }

    // All are written before the first is flushed: the disk then has them together.
    private static void WriteTemporaries(ILogFiles files, (string Path, ReadOnlyMemory<byte> Bytes)[] contents, Visibility visibility)
    {
        var open = new List<ILogFile>(contents.Length);
        try
        {
            foreach (var (path, bytes) in contents)
            {
                var file = files.Create(TemporaryName(path), visibility);
                open.Add(file);
                file.Append(bytes.Span);
            }
            foreach (var file in open)
                file.Flush();
        }
        finally
        {
            foreach (var file in open)
                file.Dispose();
        }
    }

    /// <summary>Removes what a crash left half made.</summary>
    internal static void ClearTemporary(this ILogFiles files)
    {
        foreach (var name in files.List(LogLayout.Temporary))
            files.Delete($"{LogLayout.Temporary}/{name}");
    }

    private static string TemporaryName(string path) => $"{LogLayout.Temporary}/{path.Replace('/', '-')}";
}
