namespace Assay.Cli;

/// <summary>Writes a file so that it is there whole or not at all.</summary>
internal static class AtomicFile
{
    public static async Task WriteAsync(string path, byte[] bytes)
    {
        var temporary = path + ".new";
        try
        {
            await File.WriteAllBytesAsync(temporary, bytes);
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
