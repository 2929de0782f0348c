namespace Assay.Log.Files;

/// <summary>What the log builds from the primitive operations: whole files that appear at once and stay.</summary>
internal static class DurableFiles
{
    private const int OpenAtOnce = 128;

    /// <summary>Replaces a file by these bytes: after a crash it holds either the old bytes or the new ones.</summary>
    public static void Replace(this ILogFiles files, string path, ReadOnlySpan<byte> bytes, Visibility visibility)
    {
        using (files.CreateNamed(path, bytes, visibility)) { }
    }

    /// <summary>As <see cref="Replace"/>, and hands back the open file so that more can be appended to it.</summary>
    public static ILogFile CreateNamed(this ILogFiles files, string path, ReadOnlySpan<byte> bytes, Visibility visibility)
    {
        var temporary = TemporaryName(path);
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
    public static void WriteAll(
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
    public static void ClearTemporary(this ILogFiles files)
    {
        foreach (var name in files.List(LogLayout.Temporary))
            files.Delete($"{LogLayout.Temporary}/{name}");
    }

    private static string TemporaryName(string path) => $"{LogLayout.Temporary}/{path.Replace('/', '-')}";
}
