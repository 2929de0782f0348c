using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Assay.Engine.Conformance;
using Assay.Engine.Models;

namespace Assay.Bench;

/// <summary>
/// The backend suite by libonnxruntime, in processes of their own: some models crash it, and the next process goes on with the next test.
/// </summary>
internal static unsafe class PeerSuite
{
    public const string From = "--peer-from";

    /// <summary>Whether each test passed, by full name, and why not.</summary>
    /// <exception cref="BenchException">The child process gets nowhere.</exception>
    public static Dictionary<string, string> Run(IReadOnlyList<SuiteTest> tests, string archive, string library)
    {
        var results = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var next = 0; next < tests.Count;)
        {
            using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!,
                ["conformance", From, (next + 1).ToString(CultureInfo.InvariantCulture), "--archive", archive, "--onnxruntime", library])
            {
                RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
            }) ?? throw new BenchException("this program could not be started a second time");
            var noise = process.StandardError.ReadToEndAsync();
            while (process.StandardOutput.ReadLine() is { } line)
                if (line.Split('\t', 2) is [var name, var reason] && next < tests.Count && name == tests[next].FullName)
                {
                    results[name] = reason;
                    next++;
                }
            process.WaitForExit();
            if (process.ExitCode is 1 or 2 && next == 0)
                throw new BenchException($"running the suite by onnxruntime: {noise.Result.Trim()}");
            if (next < tests.Count)
                results[tests[next++].FullName] = $"the process ended with exit code {process.ExitCode}";
        }
        return results;
    }

    /// <summary>The child's part: from test <paramref name="from"/> (1 is the first) to the end, a line for each.</summary>
    public static void Here(IReadOnlyList<SuiteTest> tests, int from, string library)
    {
        using var runtime = new OnnxRuntime(library);
        foreach (var test in tests.Skip(from - 1))
        {
            string reason;
            try
            {
                reason = RunTest(runtime, test) ?? "";
            }
            catch (Exception e) when (e is BenchException or ModelException or ArgumentException or OverflowException or InvalidCastException)
            {
                reason = $"refused: {e.Message.ReplaceLineEndings(" ")}";
            }
            Console.Out.WriteLine($"{test.FullName}\t{reason}");
            Console.Out.Flush();
        }
    }

    private static string? RunTest(OnnxRuntime runtime, SuiteTest test)
    {
        var declared = Declarations.Of(test.Model);
        var session = runtime.Load(test.Model, 1);
        try
        {
            string[] inputs = Names(runtime, session, OnnxRuntime.SessionGetInputCount, OnnxRuntime.SessionGetInputName),
                outputs = Names(runtime, session, OnnxRuntime.SessionGetOutputCount, OnnxRuntime.SessionGetOutputName);
            for (var set = 0; set < Math.Max(test.Sets, 1); set++)
                if (RunSet(runtime, session, test, set, inputs, outputs, declared) is { } difference)
                    return difference;
            return null;
        }
        finally
        {
            runtime.Release(OnnxRuntime.ReleaseSession, session);
        }
    }

    private static string? RunSet(OnnxRuntime runtime, void* session, SuiteTest test, int set, string[] inputs, string[] outputs, Dictionary<string, ValueInfo> declared)
    {
        using var values = new OnnxRuntimeValues(runtime);
        // In the graph's order, which is that of the files; nobody feeds what has a value of its own.
        var handles = new nint[Math.Max(inputs.Length, 1)];
        for (var i = 0; i < inputs.Length; i++)
            handles[i] = (nint)values.Wrap(test.Input(set, i, Declared(inputs[i])));
        var made = new nint[outputs.Length];
        var names = inputs.Concat(outputs).Select(n => Marshal.StringToCoTaskMemUTF8(n)).ToArray();
        try
        {
            fixed (nint* name = names, handle = handles, output = made)
                runtime.Check(((delegate* unmanaged<void*, void*, void*, void*, nuint, void*, nuint, void*, void*>)runtime.Table[OnnxRuntime.Run])(
                    session, null, name, handle, (nuint)inputs.Length, name + inputs.Length, (nuint)outputs.Length, output));
        }
        finally
        {
            foreach (var name in names)
                Marshal.FreeCoTaskMem(name);
        }
        for (var i = 0; i < outputs.Length; i++)
        {
            var info = Declared(outputs[i]);
            var expected = test.Output(set, i, info);
            var actual = values.Read((void*)made[i]);
            // An optional that is there comes as what it holds, and an empty sequence without a type.
            if (expected is OptionalValue && actual is not OptionalValue)
                actual = OptionalValue.Of(actual);
            if (expected is TensorSequence { Count: 0 } && actual is TensorSequence { Count: 0 })
                continue;
            if (Engine.Conformance.Agreement.Difference(actual, expected) is { } difference)
                return $"output '{outputs[i]}': {difference}";
        }
        return null;

        ValueInfo Declared(string name) => declared.GetValueOrDefault(name) ?? new ValueInfo(name, DType.Float32, default);
    }

    private static string[] Names(OnnxRuntime runtime, void* session, int count, int name)
    {
        nuint n;
        runtime.Check(((delegate* unmanaged<void*, nuint*, void*>)runtime.Table[count])(session, &n));
        var names = new string[(int)n];
        for (var i = 0; i < names.Length; i++)
        {
            byte* text;
            runtime.Check(((delegate* unmanaged<void*, nuint, void*, byte**, void*>)runtime.Table[name])(session, (nuint)i, runtime.Allocator, &text));
            names[i] = Marshal.PtrToStringUTF8((nint)text) ?? "";
            runtime.Check(((delegate* unmanaged<void*, void*, void*>)runtime.Table[OnnxRuntime.AllocatorFree])(runtime.Allocator, text));
        }
        return names;
    }
}
