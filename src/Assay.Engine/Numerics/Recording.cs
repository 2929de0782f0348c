using System.Runtime.InteropServices;

namespace Assay.Engine.Numerics;

/// <summary>Kernels in the order in which they are to run, and the memory that they need from one run to the next.</summary>
internal sealed unsafe class Recording : IDisposable
{
    private const int ChunkBytes = 16 * 1024;

    private readonly List<Launch> launches = [];
    private readonly List<AlignedBuffer> chunks = [];
    private byte* free;
    private long left;

    /// <summary>What has been recorded so far.</summary>
    public ReadOnlySpan<Launch> Launches => CollectionsMarshal.AsSpan(launches);

    public void Add<TKernel>(Isa isa, int items, TKernel kernel, int grain) where TKernel : unmanaged, IKernel
    {
        var kept = (TKernel*)Keep(sizeof(TKernel));
        *kept = kernel;
        launches.Add(new(Launch.BodyOf<TKernel>(isa), kept, items, grain));
    }

    /// <summary>Bytes on a 64-byte boundary that live as long as the recording.</summary>
    public void* Keep(long bytes)
    {
        bytes = (bytes + 63) & ~63L;
        if (bytes > left)
        {
            var chunk = new AlignedBuffer(Math.Max(bytes, ChunkBytes) / sizeof(float));
            chunks.Add(chunk);
            free = (byte*)chunk.Pointer;
            left = Math.Max(bytes, ChunkBytes);
        }
        var kept = free;
        free += bytes;
        left -= bytes;
        return kept;
    }

    public void Dispose()
    {
        foreach (var chunk in chunks)
            chunk.Dispose();
    }
}
