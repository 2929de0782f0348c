using System.Buffers;
using Assay.Engine.Models;

namespace Assay.Engine.Execution.Fast;

/// <summary>Native memory under the eyes of code that works on tensors. Whoever makes one keeps the memory longer than it.</summary>
internal sealed unsafe class NativeView(byte* pointer, int length) : MemoryManager<byte>
{
    /// <summary>A tensor whose elements stand at <paramref name="pointer"/>.</summary>
    /// <exception cref="UnplannableException">It would take more bytes than a span shows.</exception>
    public static Tensor Of(DType type, Shape shape, void* pointer)
    {
        var length = (long)shape.Count * type.Size();
        if (length > Array.MaxLength)
            throw new UnplannableException($"{type.Name()} {shape} takes {length} bytes");
        return Tensor.View(type, shape, new NativeView((byte*)pointer, (int)length).Memory);
    }

    public override Span<byte> GetSpan() => new(pointer, length);

    public override MemoryHandle Pin(int elementIndex = 0) => new(pointer + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
