using System.Runtime.InteropServices;

namespace Assay.Engine.Numerics;

/// <summary>Float32 memory on a 64-byte boundary, outside the garbage collector's heap; its content is undefined at first.</summary>
internal sealed unsafe class AlignedBuffer : SafeHandle
{
    private readonly long bytes;

    public AlignedBuffer(long count) : base(0, ownsHandle: true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Count = count;
        bytes = checked(Math.Max(count, 16) * sizeof(float));
        SetHandle((nint)NativeMemory.AlignedAlloc((nuint)bytes, 64));
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
