using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace Assay.Engine.Numerics;

/// <summary>A file read in place: the kernel keeps its pages, this process holds no copy.</summary>
/// <remarks>
/// The pages are the file's and change with it; a file that is cut short while it is mapped ends the process (SIGBUS). So only what is
/// never written again is mapped. Once disposed of, no memory handed out may be read any more.
/// </remarks>
public sealed unsafe class FileMapping : IDisposable
{
    private readonly MemoryMappedViewAccessor? view;
    private readonly byte* start;
    private bool disposed;

    /// <exception cref="IOException">The file is not there or cannot be mapped.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public FileMapping(string path)
    {
        using var handle = File.OpenHandle(path);
        Length = RandomAccess.GetLength(handle);
        if (Length == 0)
            return;
        using var file = MemoryMappedFile.CreateFromFile(handle, mapName: null, Length, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        view = file.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += view.PointerOffset;
    }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>Part of the file, in place.</summary>
    public ReadOnlyMemory<byte> Slice(long offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - length);
        return length == 0 ? ReadOnlyMemory<byte>.Empty : new Window(this, start + offset, length).Memory;
    }

    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        view?.SafeMemoryMappedViewHandle.ReleasePointer();
        view?.Dispose();
    }

    private sealed class Window(FileMapping mapping, byte* pointer, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan()
        {
            ObjectDisposedException.ThrowIf(mapping.disposed, mapping);
            return new Span<byte>(pointer, length);
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(elementIndex);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(elementIndex, length);
            ObjectDisposedException.ThrowIf(mapping.disposed, mapping);
            return new MemoryHandle(pointer + elementIndex);
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
