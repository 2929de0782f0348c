namespace Assay.Engine.Models;

/// <summary>The files beside a model that it may read its tensors from.</summary>
/// <param name="Length">Bytes of the file with that plain relative path, or null where there is none.</param>
/// <param name="Read">Fills the whole span from an offset of that file.</param>
/// <remarks>The paths handed to these are already known to be relative and free of <c>..</c>.</remarks>
public sealed record ModelFiles(Func<string, long?> Length, ModelFiles.Reader Read)
{
    public delegate void Reader(string path, long offset, Span<byte> into);

    /// <summary>No file at all.</summary>
    public static readonly ModelFiles None = new(_ => null, (_, _, _) => { });

    /// <summary>The files inside a folder. Symbolic links are refused, wherever in the path they are.</summary>
    public static ModelFiles InFolder(string folder) => new(
        path => Plain(folder, path) is { } file ? file.Length : null,
        (path, offset, into) =>
        {
            var file = Plain(folder, path) ?? throw new ModelException($"external data: '{path}' is not there");
            using var handle = File.OpenHandle(file.FullName);
            while (!into.IsEmpty)
            {
                var read = RandomAccess.Read(handle, into, offset);
                if (read == 0)
                    throw new ModelException($"external data: '{path}' ends early");
                into = into[read..];
                offset += read;
            }
        });

    /// <summary>Checks a location that a model names: relative, inside, one plain name after another.</summary>
    /// <exception cref="ModelException">It is absolute, empty, or has an empty, <c>.</c> or <c>..</c> part, a backslash, a colon or a control character.</exception>
    public static void CheckLocation(string location)
    {
        foreach (var part in location.Split('/'))
            if (part is "" or "." or "..")
                throw new ModelException($"external data: '{location}' is not a plain path inside the model's folder");
        if (location.Length > 1024 || location.Any(c => char.IsControl(c) || c is '\\' or ':'))
            throw new ModelException("external data: the location is not a plain path inside the model's folder");
    }

    private static FileInfo? Plain(string folder, string path)
    {
        FileSystemInfo? info = null;
        var full = folder;
        foreach (var part in path.Split('/'))
        {
            if (info is FileInfo)
                return null;
            full = Path.Combine(full, part);
            info = Directory.Exists(full) ? new DirectoryInfo(full) : new FileInfo(full);
            if (info.LinkTarget is not null)
                throw new ModelException($"external data: '{path}' leads through a symbolic link");
        }
        return info is FileInfo { Exists: true } file ? file : null;
    }
}
