namespace Assay.Cli;

/// <summary>Writes files so that they are there whole or not at all, for their owner only: receipts hold inputs, outputs and salts.</summary>
internal static class AtomicFile
{
    public static async Task WriteAsync(string path, byte[] bytes)
    {
        var temporary = Temporary(path);
        try
        {
            await using (var file = Create(temporary))
            {
                await file.WriteAsync(bytes);
                file.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Finds out whether a folder takes files, before work is done whose result would have no place.</summary>
    /// <exception cref="IOException">It does not.</exception>
    /// <exception cref="UnauthorizedAccessException">Not from this user.</exception>
    public static void Probe(string folder)
    {
        var temporary = Temporary(Path.Combine(folder, "assay"));
        try
        {
            Create(temporary).Dispose();
        }
        catch (Exception e) when (e is DirectoryNotFoundException or FileNotFoundException)
        {
            throw new DirectoryNotFoundException($"there is no folder '{folder}' that takes files", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UnauthorizedAccessException($"the folder '{(folder.Length == 0 ? "." : folder)}' takes no files from this user", e);
        }
        File.Delete(temporary);
    }

    // A name of our own that must be new: nobody's link is followed.
    private static string Temporary(string path) => $"{path}.{Environment.ProcessId}.new";

    private static FileStream Create(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });
}
