using System.Buffers;

namespace Assay.Log.Wal;

/// <summary>The bytes of one batch in an array from the shared pool. They are only valid until it is disposed of.</summary>
internal sealed class PooledBytes : IBufferWriter<byte>, IDisposable
{
    private byte[] array = [];
    private int written;

    public ReadOnlyMemory<byte> Written => array.AsMemory(0, written);

    public void Advance(int count) => written += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (array.Length - written < Math.Max(sizeHint, 1))
        {
            var larger = ArrayPool<byte>.Shared.Rent(checked(written + Math.Max(sizeHint, 1)));
            array.AsSpan(0, written).CopyTo(larger);
            Return();
            array = larger;
        }
        return array.AsMemory(written);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        Return();
        (array, written) = ([], 0);
    }

    private void Return()
    {
        if (array.Length > 0)
            ArrayPool<byte>.Shared.Return(array);
    }
}
