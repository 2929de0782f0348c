using System.Runtime.InteropServices;
using Assay.Engine.Models;

namespace Assay.Bench;

/// <summary>One model in onnxruntime. Inputs are bound once; a run makes the outputs, as ours does.</summary>
internal sealed unsafe class OnnxRuntimeSession : IDisposable
{
    private readonly OnnxRuntime runtime;
    private readonly void* session;
    private readonly string[] outputs;
    private readonly byte** outputNames;
    private readonly void** made;
    private OnnxRuntimeValues? bound;
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
        bound = new(runtime);
        foreach (var tensor in inputs.Values)
            values[count++] = bound.Wrap(tensor);
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
        using var read = new OnnxRuntimeValues(runtime);
        for (var i = 0; i < outputs.Length; i++)
        {
            copies[outputs[i]] = (Tensor)read.Read(made[i]);
            // The next run makes its own: a handle that stays here would be written into.
            made[i] = null;
        }
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

    private void Unbind()
    {
        bound?.Dispose();
        bound = null;
        FreeNames(inputNames, count);
        NativeMemory.Free(values);
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
