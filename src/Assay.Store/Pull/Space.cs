namespace Assay.Store.Pull;

/// <summary>Whether a disk has room, asked before it is filled.</summary>
internal static class Space
{
    // The log and the receipts go on beside a pull.
    private const long Spare = 64_000_000;

    /// <exception cref="StoreException">It has not.</exception>
    public static void Require(string folder, long bytes)
    {
        var free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        if (bytes > 0 && bytes > free - Spare)
            throw new StoreException(StoreFault.Unavailable,
                $"the disk is too full: {Megabytes(bytes + Spare)} are needed where {Megabytes(free)} are free: make room for {folder}");
    }

    private static string Megabytes(long bytes) => $"{bytes / 1e6:N1} MB";
}
