using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Assay.Engine.Numerics;

/// <summary>The widths at which every kernel exists. All of them give the same bits.</summary>
public enum Isa
{
    /// <summary>One lane and a software FMA: runs anywhere, and proves that nothing hangs on the hardware's FMA.</summary>
    Scalar,

    /// <summary>128 bits with FMA: NEON, and x86 with FMA3.</summary>
    V128,

    /// <summary>256 bits with FMA.</summary>
    Avx2,

    /// <summary>512 bits: AVX-512 F, BW, DQ and VL.</summary>
    Avx512,
}

public static class Isas
{
    /// <summary>The environment variable that limits the instruction set: avx512, avx2, v128 or scalar.</summary>
    public const string Switch = "ASSAY_ISA";

    /// <summary>What this process can run, narrowest first.</summary>
    public static IReadOnlyList<Isa> Supported { get; } = [.. Enum.GetValues<Isa>().Where(IsSupported)];

    public static Isa Best => Supported[^1];

    public static bool IsSupported(this Isa isa) => isa switch
    {
        Isa.Scalar => true,
        Isa.V128 => AdvSimd.Arm64.IsSupported || (System.Runtime.Intrinsics.X86.Fma.IsSupported && Sse41.IsSupported),
        Isa.Avx2 => Avx2.IsSupported && System.Runtime.Intrinsics.X86.Fma.IsSupported,
        Isa.Avx512 => Avx512BW.VL.IsSupported && Avx512DQ.VL.IsSupported && System.Runtime.Intrinsics.X86.Fma.IsSupported,
        _ => false,
    };

    /// <summary>What <see cref="Switch"/> asks for, or the best there is where it is not set.</summary>
    /// <exception cref="NotSupportedException">The switch names no instruction set, or one that this machine lacks.</exception>
    public static Isa FromEnvironment() => Choose(Environment.GetEnvironmentVariable(Switch));

    /// <inheritdoc cref="FromEnvironment"/>
    public static Isa Choose(string? name)
    {
        if (string.IsNullOrEmpty(name))
            return Best;
        foreach (var isa in Enum.GetValues<Isa>())
            if (isa.Name() == name)
                return isa.IsSupported() ? isa : throw new NotSupportedException(
                    $"{Switch}={name}: this machine has {string.Join(", ", Supported.Select(Name))}");
        throw new NotSupportedException($"{Switch}={name} is not one of avx512, avx2, v128, scalar");
    }

    /// <summary>The name that <see cref="Switch"/> takes.</summary>
    public static string Name(this Isa isa) => isa switch
    {
        Isa.Scalar => "scalar",
        Isa.V128 => "v128",
        Isa.Avx2 => "avx2",
        Isa.Avx512 => "avx512",
        _ => throw new ArgumentOutOfRangeException(nameof(isa), isa, "unknown instruction set"),
    };
}
