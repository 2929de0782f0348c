using System.Runtime.InteropServices;

namespace Assay.Engine.Numerics;

/// <summary>Kernels in the order in which they are to run, and the memory that they need from one run to the next.</summary>
internal sealed unsafe class Recording : IDisposable
{
    private const int ChunkBytes = 16 * 1024;

    private readonly List<Launch> launches = [];
    private readonly List<Action> steps = [];
    private readonly List<AlignedBuffer> chunks = [];
    private readonly ChainBuilder chains;
    private (double All, double Longest)? work;
    private byte* free;
    private long left;

    public Recording() => chains = new(this);

    /// <summary>Bytes that are kept with it.</summary>
    public long Bytes { get; private set; }

    public int Count => launches.Count;

    /// <summary>Runs all that has been recorded, in order.</summary>
    /// <exception cref="OperationCanceledException">The run was called off.</exception>
    public void Run(Workers workers)
    {
        var (all, longest) = work ??= Work();
        workers.Expect(all, longest);
        foreach (ref readonly var launch in CollectionsMarshal.AsSpan(launches))
            if (launch.Body is not null)
                workers.Run(launch);
            else
            {
                workers.ThrowIfStopped();
                steps[launch.Items]();
            }
        workers.End();
    }

    /// <summary>Adds work that is no kernel, for the thread that runs the recording.</summary>
    public void Add(Action step)
    {
        chains.End();
        launches.Add(new(null, null, steps.Count, default));
        steps.Add(step);
    }

    public void Add<TKernel>(Isa isa, int items, TKernel kernel, Cost cost) where TKernel : unmanaged, IKernel
    {
        var kept = (TKernel*)Keep(sizeof(TKernel));
        *kept = kernel;
        launches.Add(new(Launch.BodyOf<TKernel>(isa), kept, items, cost));
        if (kernel is not IPointwiseKernel pointwise)
            chains.End();
        else if (chains.Add(launches[^1], launches.Count > 1 ? launches[^2] : default, pointwise.Extents) is { } chain)
        {
            launches.RemoveAt(launches.Count - 1);
            launches[^1] = chain;
        }
    }

    /// <summary>Bytes on a 64-byte boundary that live as long as the recording.</summary>
    public void* Keep(long bytes)
    {
        bytes = (bytes + 63) & ~63L;
        if (bytes > left)
        {
            var chunk = new AlignedBuffer(Math.Max(bytes, ChunkBytes) / sizeof(float));
            chunks.Add(chunk);
            Bytes += chunk.Count * sizeof(float);
            free = (byte*)chunk.Pointer;
            left = Math.Max(bytes, ChunkBytes);
        }
        var kept = free;
        free += bytes;
        left -= bytes;
        return kept;
    }

    /// <summary>Nanoseconds of the launches that are worth sharing, and of the longest.</summary>
    private (double All, double Longest) Work()
    {
        var (all, longest) = (0.0, 0.0);
        foreach (var launch in launches)
            if (launch.Body is not null && launch.Items > 1 && launch.Nanoseconds >= Workers.WorthSharing)
                (all, longest) = (all + launch.Nanoseconds, Math.Max(longest, launch.Nanoseconds));
        return (all, longest);
    }

    public void Dispose()
    {
        foreach (var chunk in chunks)
            chunk.Dispose();
    }
}
