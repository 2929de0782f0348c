using System.Runtime.InteropServices;
using Assay.Engine.Models;

namespace Assay.Bench;

/// <summary>One model in onnxruntime. Inputs are bound once; a run makes the outputs, as ours does.</summary>
internal sealed unsafe class OnnxRuntimeSession : IDisposable
{
    private const int ArenaAllocator = 1, DefaultMemory = 0;
    private const nuint Alignment = 64;

    private readonly OnnxRuntime runtime;
    private readonly void* session;
    private readonly string[] outputs;
    private readonly byte** outputNames;
    private readonly void** made;
    private readonly List<nint> buffers = [];
    private byte** inputNames;
    private void** values;
    private int count;

    internal OnnxRuntimeSession(OnnxRuntime runtime, void* session, IEnumerable<string> outputs)
    {
        this.runtime = runtime;
        this.session = session;
        this.outputs = [.. outputs];
        outputNames = Names(this.outputs);
        made = (void**)NativeMemory.AllocZeroed((nuint)this.outputs.Length, (nuint)sizeof(void*));
    }

    /// <summary>Copies the inputs to where runs read them.</summary>
    public void Bind(IReadOnlyDictionary<string, Tensor> inputs)
    {
        Unbind();
        inputNames = Names(inputs.Keys);
        values = (void**)NativeMemory.AllocZeroed((nuint)inputs.Count, (nuint)sizeof(void*));
        void* memory;
        runtime.Check(((delegate* unmanaged<int, int, void**, void*>)runtime.Table[OnnxRuntime.CreateCpuMemoryInfo])(ArenaAllocator, DefaultMemory, &memory));
        foreach (var tensor in inputs.Values)
            values[count++] = Wrap(tensor, memory);
        runtime.Release(OnnxRuntime.ReleaseMemoryInfo, memory);
    }

    /// <summary>One run; the outputs are made and let go.</summary>
    public void Run()
    {
        Make();
        Drop();
    }

    /// <summary>One run, and what came out.</summary>
    public Dictionary<string, Tensor> Outputs()
    {
        Make();
        var copies = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        for (var i = 0; i < outputs.Length; i++)
            copies[outputs[i]] = Copy(made[i]);
        Drop();
        return copies;
    }

    public void Dispose()
    {
        Unbind();
        FreeNames(outputNames, outputs.Length);
        NativeMemory.Free(made);
        runtime.Release(OnnxRuntime.ReleaseSession, session);
    }

    private void Make() => runtime.Check(((delegate* unmanaged<void*, void*, byte**, void**, nuint, byte**, nuint, void**, void*>)runtime.Table[OnnxRuntime.Run])(
        session, null, inputNames, values, (nuint)count, outputNames, (nuint)outputs.Length, made));

    private void Drop()
    {
        for (var i = 0; i < outputs.Length; i++)
        {
            runtime.Release(OnnxRuntime.ReleaseValue, made[i]);
            made[i] = null;
        }
    }

    // The element types have the same numbers in ONNX, in onnxruntime and here.
    private void* Wrap(Tensor tensor, void* memory)
    {
        var data = NativeMemory.AlignedAlloc((nuint)Math.Max(tensor.Bytes.Length, 1), Alignment);
        buffers.Add((nint)data);
        tensor.Bytes.CopyTo(new Span<byte>(data, tensor.Bytes.Length));
        var dims = tensor.Shape.Dims.Select(d => (long)d).ToArray();
        void* value;
        fixed (long* extents = dims)
            runtime.Check(((delegate* unmanaged<void*, void*, nuint, long*, nuint, int, void**, void*>)runtime.Table[OnnxRuntime.CreateTensorWithDataAsOrtValue])(
                memory, data, (nuint)tensor.Bytes.Length, extents, (nuint)dims.Length, (int)tensor.Type, &value));
        return value;
    }

    private Tensor Copy(void* value)
    {
        var table = runtime.Table;
        void* info, data;
        int type;
        nuint rank;
        runtime.Check(((delegate* unmanaged<void*, void**, void*>)table[OnnxRuntime.GetTensorTypeAndShape])(value, &info));
        runtime.Check(((delegate* unmanaged<void*, int*, void*>)table[OnnxRuntime.GetTensorElementType])(info, &type));
        runtime.Check(((delegate* unmanaged<void*, nuint*, void*>)table[OnnxRuntime.GetDimensionsCount])(info, &rank));
        var dims = new long[(int)rank];
        fixed (long* extents = dims)
            runtime.Check(((delegate* unmanaged<void*, long*, nuint, void*>)table[OnnxRuntime.GetDimensions])(info, extents, rank));
        runtime.Release(OnnxRuntime.ReleaseTensorTypeAndShapeInfo, info);
        runtime.Check(((delegate* unmanaged<void*, void**, void*>)table[OnnxRuntime.GetTensorMutableData])(value, &data));
        var tensor = Tensor.Create((DType)type, Shape.Of(dims));
        new ReadOnlySpan<byte>(data, tensor.Bytes.Length).CopyTo(tensor.MutableBytes);
        return tensor;
    }

    private void Unbind()
    {
        for (var i = 0; i < count; i++)
            runtime.Release(OnnxRuntime.ReleaseValue, values[i]);
        foreach (var buffer in buffers)
            NativeMemory.AlignedFree((void*)buffer);
        FreeNames(inputNames, count);
        NativeMemory.Free(values);
        buffers.Clear();
        inputNames = null;
        values = null;
        count = 0;
    }

    private static byte** Names(IEnumerable<string> names)
    {
        var all = names.ToArray();
        var array = (byte**)NativeMemory.Alloc((nuint)all.Length, (nuint)sizeof(byte*));
        for (var i = 0; i < all.Length; i++)
            array[i] = (byte*)Marshal.StringToCoTaskMemUTF8(all[i]);
        return array;
    }

    private static void FreeNames(byte** names, int count)
    {
        for (var i = 0; i < count; i++)
            Marshal.FreeCoTaskMem((nint)names[i]);
        NativeMemory.Free(names);
    }
}
