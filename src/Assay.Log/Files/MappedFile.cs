using System.IO.MemoryMappedFiles;

namespace Assay.Log.Files;

/// <summary>A file that never changes any more, read in place: the kernel keeps its pages, this process holds no copy.</summary>
public interface IFileMap : IDisposable
{
    /// <summary>Copies bytes out. False once the map was given up, whatever other threads are at.</summary>
    bool TryRead(int offset, Span<byte> bytes);
}

/// <summary>A map of a whole file. It holds no file handle.</summary>
/// <remarks>
/// What is read has to be checked at each use: the pages are the file's, and change with it. A file that is cut short, or a disk that
/// fails, while it is mapped ends the process (SIGBUS), as no exception can be made of it; so only what is never written again is mapped.
/// </remarks>
internal sealed class MappedFile(MemoryMappedViewAccessor view) : IFileMap
{
    /// <summary>Maps a file of exactly this length; null where it is missing or of another, or nothing more can be mapped.</summary>
    public static MappedFile? TryOpen(string path, int length)
    {
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (RandomAccess.GetLength(handle) != length)
                return null;
            using var file = MemoryMappedFile.CreateFromFile(handle, mapName: null, length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            return new MappedFile(file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public bool TryRead(int offset, Span<byte> bytes)
    {
        try
        {
            // Counts its readers: what is disposed of meanwhile is unmapped after the last of them.
            view.SafeMemoryMappedViewHandle.ReadSpan((ulong)offset, bytes);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }

    public void Dispose() => view.Dispose();
}
