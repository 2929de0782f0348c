namespace Assay.Log.Files;

/// <summary>What an error of the file system means.</summary>
public static class DiskErrors
{
    private const int NoSpace = 28;          // ENOSPC, which the base library keeps in HResult
    private const int WindowsDiskFull = 0x70; // what it makes of ENOSPC in some calls

    public static bool IsFull(Exception e) => e is IOException && (e.HResult & 0xFFFF) is NoSpace or WindowsDiskFull;
}
