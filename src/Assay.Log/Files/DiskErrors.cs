namespace Assay.Log.Files;

/// <summary>What an error of the file system means, and what cures it.</summary>
public static class DiskErrors
{
    private const int NoSpace = 28;          // ENOSPC, which the base library keeps in HResult
    private const int WindowsDiskFull = 0x70; // what it makes of ENOSPC in some calls
    private const int QuotaExceeded = 122;   // EDQUOT
    private const int ReadOnly = 30;         // EROFS
    private const int NoHandles = 24;        // EMFILE
    private const int NoHandlesAnywhere = 23; // ENFILE

    public static bool IsFull(Exception e) => CodeOf(e) is NoSpace or WindowsDiskFull or QuotaExceeded;

    public static bool IsReadOnly(Exception e) => CodeOf(e) is ReadOnly;

    /// <summary>Whether the process, or the machine, has too many files open.</summary>
    public static bool IsOutOfHandles(Exception e) => CodeOf(e) is NoHandles or NoHandlesAnywhere;

    /// <summary>One line: what is wrong and what to do about it.</summary>
    public static string Describe(Exception e) =>
        IsFull(e) ? "the disk is full: make room and open the log again"
        : IsReadOnly(e) ? "the file system is read-only: mount it for writing and open the log again"
        : IsOutOfHandles(e) ? "too many files are open: raise the limit (ulimit -n) and open the log again"
        : e.Message;

    private static int CodeOf(Exception e) => e is IOException ? e.HResult & 0xFFFF : 0;
}
