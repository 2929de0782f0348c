using System.Runtime.InteropServices;

namespace Assay.Engine.Numerics;

/// <summary>Float32 memory on a 64-byte boundary, outside the garbage collector's heap; its content is undefined at first.</summary>
internal sealed unsafe class AlignedBuffer : SafeHandle
{
    private readonly long bytes;

    /// <param name="isStreamed">It is large and read from its beginning to its end, again and again: large pages are asked for.</param>
    public AlignedBuffer(long count, bool isStreamed = false) : base(0, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Count = count;
        bytes = checked(Math.Max(count, 16) * sizeof(float));
        var isLarge = isStreamed && bytes >= 2 * LargePages.Size;
        SetHandle((nint)NativeMemory.AlignedAlloc((nuint)bytes, isLarge ? (nuint)LargePages.Size : 64));
        if (isLarge)
            LargePages.Advise(handle, bytes);
        GC.AddMemoryPressure(bytes);
    }

    public long Count { get; }

    public override bool IsInvalid => handle == 0;

    public float* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(IsClosed, this);
            return (float*)handle;
        }
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        GC.RemoveMemoryPressure(bytes);
        return true;
    }
}
