using System.Runtime.InteropServices;
using System.Text;
using Assay.Engine.Models;

namespace Assay.Bench;

/// <summary>Values of every kind to and from onnxruntime. What it was handed lives until this is disposed of.</summary>
internal sealed unsafe class OnnxRuntimeValues(OnnxRuntime runtime) : IDisposable
{
    private const int ArenaAllocator = 1, DefaultMemory = 0;
    private const int KindTensor = 1, KindSequence = 2;
    private const nuint Alignment = 64;

    private readonly List<nint> buffers = [];
    private readonly List<nint> handles = [];

    /// <summary>A handle on a copy of the value.</summary>
    /// <exception cref="BenchException">The C API has no way to make such a value.</exception>
    public void* Wrap(ModelValue value) => value switch
    {
        Tensor { Type: DType.String } texts => Texts(texts),
        Tensor tensor => Numbers(tensor),
        TensorSequence { Count: 0 } => throw new BenchException("an empty sequence cannot be made through the C API"),
        TensorSequence sequence => Sequence(sequence),
        OptionalValue { Element: { } element } => Wrap(element),
        _ => throw new BenchException("an absent optional cannot be made through the C API"),
    };

    /// <summary>The value behind a handle, which is let go later.</summary>
    /// <exception cref="BenchException">It is neither a tensor nor a sequence of tensors.</exception>
    public ModelValue Read(void* handle)
    {
        handles.Add((nint)handle);
        int kind;
        runtime.Check(((delegate* unmanaged<void*, int*, void*>)runtime.Table[OnnxRuntime.GetValueType])(handle, &kind));
        return kind switch
        {
            KindTensor => ReadTensor(handle),
            KindSequence => ReadSequence(handle),
            _ => throw new BenchException($"a value of onnxruntime's kind {kind}"),
        };
    }

    public void Dispose()
    {
        foreach (var handle in handles)
            runtime.Release(OnnxRuntime.ReleaseValue, (void*)handle);
        foreach (var buffer in buffers)
            NativeMemory.AlignedFree((void*)buffer);
    }

    private void* Numbers(Tensor tensor)
    {
        var packed = NarrowElements.Pack(tensor);
        var data = NativeMemory.AlignedAlloc((nuint)Math.Max(packed.Length, 1), Alignment);
        buffers.Add((nint)data);
        packed.CopyTo(new Span<byte>(data, packed.Length));
        var dims = Dims(tensor);
        void* memory, value;
        runtime.Check(((delegate* unmanaged<int, int, void**, void*>)runtime.Table[OnnxRuntime.CreateCpuMemoryInfo])(ArenaAllocator, DefaultMemory, &memory));
        try
        {
            fixed (long* extents = dims)
                runtime.Check(((delegate* unmanaged<void*, void*, nuint, long*, nuint, int, void**, void*>)runtime.Table[OnnxRuntime.CreateTensorWithDataAsOrtValue])(
                    memory, data, (nuint)packed.Length, extents, (nuint)dims.Length, (int)tensor.Type, &value));
        }
        finally
        {
            runtime.Release(OnnxRuntime.ReleaseMemoryInfo, memory);
        }
        handles.Add((nint)value);
        return value;
    }

    private void* Texts(Tensor tensor)
    {
        var dims = Dims(tensor);
        void* value;
        fixed (long* extents = dims)
            runtime.Check(((delegate* unmanaged<void*, long*, nuint, int, void**, void*>)runtime.Table[OnnxRuntime.CreateTensorAsOrtValue])(
                runtime.Allocator, extents, (nuint)dims.Length, (int)DType.String, &value));
        handles.Add((nint)value);
        var texts = new nint[Math.Max(tensor.Count, 1)];
        for (var i = 0; i < tensor.Count; i++)
            texts[i] = Marshal.StringToCoTaskMemUTF8(tensor.Texts[i]);
        try
        {
            fixed (nint* first = texts)
                runtime.Check(((delegate* unmanaged<void*, void*, nuint, void*>)runtime.Table[OnnxRuntime.FillStringTensor])(value, first, (nuint)tensor.Count));
        }
        finally
        {
            foreach (var text in texts)
                Marshal.FreeCoTaskMem(text);
        }
        return value;
    }

    private void* Sequence(TensorSequence sequence)
    {
        var items = new nint[sequence.Count];
        for (var i = 0; i < items.Length; i++)
            items[i] = (nint)Wrap(sequence.Items[i]);
        void* value;
        fixed (nint* first = items)
            runtime.Check(((delegate* unmanaged<void*, nuint, int, void**, void*>)runtime.Table[OnnxRuntime.CreateValue])(first, (nuint)items.Length, KindSequence, &value));
        handles.Add((nint)value);
        return value;
    }

    private TensorSequence ReadSequence(void* handle)
    {
        nuint count;
        runtime.Check(((delegate* unmanaged<void*, nuint*, void*>)runtime.Table[OnnxRuntime.GetValueCount])(handle, &count));
        var items = new Tensor[(int)count];
        for (var i = 0; i < items.Length; i++)
        {
            void* item;
            runtime.Check(((delegate* unmanaged<void*, int, void*, void**, void*>)runtime.Table[OnnxRuntime.GetValue])(handle, i, runtime.Allocator, &item));
            items[i] = (Tensor)Read(item);
        }
        return items.Length > 0 ? new(items[0].Type, items) : new(DType.Float32);
    }

    private Tensor ReadTensor(void* handle)
    {
        var table = runtime.Table;
        void* info, data;
        int type;
        nuint rank;
        runtime.Check(((delegate* unmanaged<void*, void**, void*>)table[OnnxRuntime.GetTensorTypeAndShape])(handle, &info));
        runtime.Check(((delegate* unmanaged<void*, int*, void*>)table[OnnxRuntime.GetTensorElementType])(info, &type));
        runtime.Check(((delegate* unmanaged<void*, nuint*, void*>)table[OnnxRuntime.GetDimensionsCount])(info, &rank));
        var dims = new long[(int)rank];
        fixed (long* extents = dims)
            runtime.Check(((delegate* unmanaged<void*, long*, nuint, void*>)table[OnnxRuntime.GetDimensions])(info, extents, rank));
        runtime.Release(OnnxRuntime.ReleaseTensorTypeAndShapeInfo, info);
        if (!Enum.IsDefined((DType)type))
            throw new BenchException($"onnxruntime's element type {type} is not known here");
        var (element, shape) = ((DType)type, Shape.Of(dims.AsSpan()));
        if (element == DType.String)
            return ReadTexts(handle, shape);
        runtime.Check(((delegate* unmanaged<void*, void**, void*>)table[OnnxRuntime.GetTensorMutableData])(handle, &data));
        return NarrowElements.Unpack(element, shape, new ReadOnlySpan<byte>(data, checked((int)NarrowElements.PackedLength(element, shape.Count))));
    }

    private Tensor ReadTexts(void* handle, Shape shape)
    {
        nuint length;
        runtime.Check(((delegate* unmanaged<void*, nuint*, void*>)runtime.Table[OnnxRuntime.GetStringTensorDataLength])(handle, &length));
        var bytes = new byte[Math.Max((int)length, 1)];
        var starts = new nuint[Math.Max(shape.Count, 1)];
        fixed (byte* content = bytes)
        fixed (nuint* offsets = starts)
            runtime.Check(((delegate* unmanaged<void*, byte*, nuint, nuint*, nuint, void*>)runtime.Table[OnnxRuntime.GetStringTensorContent])(
                handle, content, length, offsets, (nuint)shape.Count));
        var texts = new string[shape.Count];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = Encoding.UTF8.GetString(bytes.AsSpan((int)starts[i]..(i + 1 < texts.Length ? (int)starts[i + 1] : (int)length)));
        return Tensor.OfTexts(shape, texts);
    }

    private static long[] Dims(Tensor tensor) => [.. tensor.Shape.Dims.Select(d => (long)d)];
}
