namespace Assay.Log.Files;

/// <summary>Directories whose names, up to the root, this process has made durable itself.</summary>
/// <remarks>
/// That a directory is there says nothing: the process that made it may have failed to flush its parent, and it would go with the
/// next loss of power.
/// </remarks>
internal sealed class DurableDirectories(ILogFiles files)
{
    private const int Capacity = 4096;

    private readonly HashSet<string> known = new(StringComparer.Ordinal);

    /// <summary>Creates a directory and its parents where they are missing; all their names are durable when this returns.</summary>
    public void Make(string directory, Visibility visibility)
    {
        if (directory.Length == 0 || known.Contains(directory))
            return;
        var parent = LogLayout.Parent(directory);
        Make(parent, visibility);
        files.CreateDirectory(directory, visibility);
        files.FlushDirectory(parent);
        // Forgetting costs a flush each, remembering for ever costs memory.
        if (known.Count >= Capacity)
            known.Clear();
        known.Add(directory);
    }

    /// <summary>Deletes a directory and the files in it. Its name may come back after a crash.</summary>
    public void Delete(string directory)
    {
        foreach (var name in files.List(directory))
            files.Delete($"{directory}/{name}");
        files.DeleteDirectory(directory);
        known.Remove(directory);
    }
}
