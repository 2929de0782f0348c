using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Assay.Log.Files;

/// <summary>The few calls that the base library does not offer: fdatasync, fsync of a directory, flock (POSIX.1-2017, flock(2)).</summary>
internal static class Posix
{
    private const int ReadOnlyDirectory = 0x80000; // O_RDONLY | O_CLOEXEC; the same on x64 and arm64
    private const int ReadWriteCreate = 0x80042;   // O_RDWR | O_CREAT | O_CLOEXEC
    private const uint OwnerOnly = 0x180;          // 0600
    private const int ExclusiveNonBlocking = 6;    // LOCK_EX | LOCK_NB
    private const int Unlocked = 8;                // LOCK_UN
    private const int Interrupted = 4;             // EINTR
    private const int WouldBlock = 11;             // EWOULDBLOCK

    /// <summary>The contents, and of the metadata what is needed to read them (the length), are on the disk when this returns.</summary>
    public static void FlushData(SafeFileHandle file)
    {
        while (DataSync(file) != 0)
            ThrowUnlessInterrupted("fdatasync");
    }

    public static void FlushDirectory(string path)
    {
        using var directory = Open(path, ReadOnlyDirectory, 0);
        if (directory.IsInvalid)
            throw Error("open", path);
        while (Sync(directory) != 0)
            ThrowUnlessInterrupted($"fsync of {path}");
    }

    /// <summary>Opens a file and tries to take its exclusive lock.</summary>
    /// <remarks>The base library's own open takes a shared lock on each file it reads, so this file is read only through what is handed back.</remarks>
    public static (SafeFileHandle File, bool Locked) TryLock(string path)
    {
        var file = Open(path, ReadWriteCreate, OwnerOnly);
        if (file.IsInvalid)
            throw Error("open", path);
        while (FileLock(file, ExclusiveNonBlocking) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == Interrupted)
                continue;
            if (error == WouldBlock)
                return (file, false);
            file.Dispose();
            throw Error("flock", path, error);
        }
        return (file, true);
    }

    /// <summary>Gives the lock back and closes the file.</summary>
    /// <remarks>Closing alone would not do: a child process that is being started elsewhere in this one shares the lock until it has become another program.</remarks>
    public static void Unlock(SafeFileHandle file)
    {
        using (file)
            _ = FileLock(file, Unlocked);
    }

    private static void ThrowUnlessInterrupted(string call)
    {
        if (Marshal.GetLastPInvokeError() != Interrupted)
            throw Error(call, null);
    }

    private static IOException Error(string call, string? path, int? error = null)
    {
        var errno = error ?? Marshal.GetLastPInvokeError();
        return new IOException($"{call} failed{(path is null ? "" : $" on {path}")}: {Marshal.GetPInvokeErrorMessage(errno)}", errno);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern SafeFileHandle Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mode);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(SafeFileHandle file);

    [DllImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static extern int DataSync(SafeFileHandle file);

    [DllImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static extern int FileLock(SafeFileHandle file, int operation);
}
