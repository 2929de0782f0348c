using System.Runtime.InteropServices;

namespace Assay.Engine.Numerics.Language;

/// <summary>
/// Constants that fill a vector. They lie in memory because the compiler would read a literal anew at each use, where loads are what a tile has
/// too few of; what it loads it keeps in a register.
/// </summary>
internal static unsafe class Repeated
{
    /// <summary>Two 16-bit ones in each lane: adds the two sums of a lane.</summary>
    public static readonly float* Ones = Of(0x00010001);

    /// <summary>Likewise sixteens.</summary>
    public static readonly float* Sixteens = Of(0x00100010);

    /// <summary>Nothing in any lane.</summary>
    public static readonly float* Zeros = Of(0);

    /// <summary>The low four bits of every byte.</summary>
    public static readonly float* LowBits = Of(0x0F0F0F0F);

    // For as long as the process lives.
    private static float* Of(int bits)
    {
        var memory = (int*)NativeMemory.AlignedAlloc(16 * sizeof(int), 64);
        new Span<int>(memory, 16).Fill(bits);
        return (float*)memory;
    }
}
