using System.Runtime.InteropServices;

namespace Assay.Bench;

/// <summary>libonnxruntime by its C API, to measure beside.</summary>
/// <remarks>
/// The API is a table of function pointers whose order never changes: later versions only append. Source:
/// github.com/microsoft/onnxruntime, include/onnxruntime/core/session/onnxruntime_c_api.h, API version 1 (entries 0 to 101).
/// </remarks>
internal sealed unsafe class OnnxRuntime : IDisposable
{
    // Places in the table.
    internal const int GetErrorMessage = 2, CreateEnv = 3, DisableTelemetryEvents = 6, CreateSessionFromArray = 8, Run = 9,
        CreateSessionOptions = 10, SetSessionExecutionMode = 13, SetSessionGraphOptimizationLevel = 23, SetIntraOpNumThreads = 24,
        SetInterOpNumThreads = 25, SessionGetInputCount = 30, SessionGetOutputCount = 31, SessionGetInputName = 36, SessionGetOutputName = 37,
        CreateTensorAsOrtValue = 48, CreateTensorWithDataAsOrtValue = 49, GetTensorMutableData = 51, FillStringTensor = 52,
        GetStringTensorDataLength = 53, GetStringTensorContent = 54, GetTensorElementType = 60, GetDimensionsCount = 61, GetDimensions = 62,
        GetTensorTypeAndShape = 65, GetValueType = 67, CreateCpuMemoryInfo = 69, AllocatorFree = 76, GetAllocatorWithDefaultOptions = 78,
        GetValue = 80, GetValueCount = 81, CreateValue = 82, ReleaseEnv = 92,
        ReleaseStatus = 93, ReleaseMemoryInfo = 94, ReleaseSession = 95, ReleaseValue = 96, ReleaseTensorTypeAndShapeInfo = 99,
        ReleaseSessionOptions = 100;

    private const uint ApiVersion = 1;
    private const int LogErrors = 3, Sequential = 0, AllOptimizations = 99;

    private readonly void** table;
    private readonly void* environment;

    /// <param name="path">The library's file.</param>
    /// <exception cref="BenchException">It is not a libonnxruntime of major version 1.</exception>
    public OnnxRuntime(string path)
    {
        if (!NativeLibrary.TryLoad(path, out var library) || !NativeLibrary.TryGetExport(library, "OrtGetApiBase", out var entry))
            throw new BenchException($"{path} is not a libonnxruntime for this machine");
        // struct OrtApiBase { const OrtApi* (*GetApi)(uint32_t version); const char* (*GetVersionString)(void); }
        var origin = ((delegate* unmanaged<void**>)entry)();
        Version = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)origin[1])()) ?? "";
        table = Version.StartsWith("1.", StringComparison.Ordinal) ? ((delegate* unmanaged<uint, void**>)origin[0])(ApiVersion) : null;
        if (table is null)
            throw new BenchException($"{path} is version '{Version}' of onnxruntime; version 1.x is needed");
        void* made;
        fixed (byte* name = "assay-bench\0"u8)
            Check(((delegate* unmanaged<int, byte*, void**, void*>)table[CreateEnv])(LogErrors, name, &made));
        environment = made;
        Check(((delegate* unmanaged<void*, void*>)table[DisableTelemetryEvents])(environment));
    }

    public string Version { get; }

    /// <summary>The functions, by the places above.</summary>
    internal void** Table => table;

    /// <summary>The allocator that every process has; not to be released.</summary>
    internal void* Allocator
    {
        get
        {
            void* allocator;
            Check(((delegate* unmanaged<void**, void*>)table[GetAllocatorWithDefaultOptions])(&allocator));
            return allocator;
        }
    }

    /// <summary>A session at its best: all graph optimisations, operators one after another, each on so many threads.</summary>
    public OnnxRuntimeSession Open(ReadOnlySpan<byte> model, int threads, IEnumerable<string> outputs) => new(this, Load(model, threads), outputs);

    /// <summary>The handle of such a session.</summary>
    internal void* Load(ReadOnlySpan<byte> model, int threads)
    {
        void* options;
        Check(((delegate* unmanaged<void**, void*>)table[CreateSessionOptions])(&options));
        try
        {
            Check(Set(options, SetSessionGraphOptimizationLevel, AllOptimizations));
            Check(Set(options, SetSessionExecutionMode, Sequential));
            Check(Set(options, SetIntraOpNumThreads, threads));
            Check(Set(options, SetInterOpNumThreads, 1));
            void* session;
            fixed (byte* bytes = model)
                Check(((delegate* unmanaged<void*, void*, nuint, void*, void**, void*>)table[CreateSessionFromArray])(
                    environment, bytes, (nuint)model.Length, options, &session));
            return session;
        }
        finally
        {
            Release(ReleaseSessionOptions, options);
        }
    }

    public void Dispose() => Release(ReleaseEnv, environment);

    /// <exception cref="BenchException">The call whose status this is has failed.</exception>
    internal void Check(void* status)
    {
        if (status is null)
            return;
        var message = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<void*, byte*>)table[GetErrorMessage])(status));
        Release(ReleaseStatus, status);
        throw new BenchException($"onnxruntime: {message}");
    }

    internal void Release(int function, void* handle) => ((delegate* unmanaged<void*, void>)table[function])(handle);

    private void* Set(void* options, int function, int value) => ((delegate* unmanaged<void*, int, void*>)table[function])(options, value);
}
