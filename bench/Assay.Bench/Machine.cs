using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Assay.Bench;

/// <summary>Where figures were measured: they mean little without it.</summary>
public sealed record Machine(string Cpu, int Cores, string Isa, string Os, string Dotnet)
{
    public static Machine Here => new(CpuName(), Environment.ProcessorCount, InstructionSet(), RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription);

    /// <summary>The commit that this program was built from, which the SDK puts into the version.</summary>
    public static string Commit
    {
        get
        {
            var version = typeof(Machine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
            var plus = version.IndexOf('+', StringComparison.Ordinal);
            return plus < 0 ? "unknown" : version[(plus + 1)..];
        }
    }

    private static string CpuName()
    {
        const string file = "/proc/cpuinfo";
        var line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private static string InstructionSet() =>
        Avx512F.IsSupported ? "avx512" : Avx2.IsSupported ? "avx2" : Sse42.IsSupported ? "sse4.2" : AdvSimd.IsSupported ? "neon" : "scalar";
}
