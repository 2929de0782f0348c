using System.Runtime.InteropServices;

namespace Assay.Engine.Numerics;

/// <summary>Pages of 2 MiB where Linux gives them on request: weights that are streamed miss fewer translations of addresses.</summary>
internal static class LargePages
{
    /// <summary>Bytes of one, and the boundary that they begin at.</summary>
    public const long Size = 2 << 20;

    // <sys/mman.h> of Linux.
    private const int AdviseHugePage = 14;

    /// <summary>Asks for large pages behind memory that has not been written yet. Advice: where it is not taken nothing is lost but time.</summary>
    public static void Advise(nint start, long bytes)
    {
        if (OperatingSystem.IsLinux())
            _ = Advise(start, (nuint)(bytes / Size * Size), AdviseHugePage);
    }

    [DllImport("libc", EntryPoint = "madvise")]
    private static extern int Advise(nint start, nuint length, int advice);
}
