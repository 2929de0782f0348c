using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Assay.Log.Files;

/// <summary>A log's directory on a POSIX file system.</summary>
public sealed class PosixLogFiles : ILogFiles
{
    private const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode PublicFile = PrivateFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode PrivateDirectory = PrivateFile | UnixFileMode.UserExecute;
    private const UnixFileMode PublicDirectory = PublicFile | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly string root;

    /// <param name="root">The log's directory. It is made, readable by all, if its parent exists: what is private in it is so by its own mode.</param>
    public PosixLogFiles(string root)
    {
        this.root = Path.GetFullPath(root);
        if (Directory.Exists(this.root))
            return;
        Directory.CreateDirectory(this.root, PublicDirectory);
        var parent = Path.GetDirectoryName(this.root);
        if (parent is not null)
            Posix.FlushDirectory(parent);
    }

    /// <summary>A directory that is only read: it has to be there.</summary>
    /// <exception cref="LogException">There is no such directory.</exception>
    public static PosixLogFiles OpenExisting(string root) => Directory.Exists(root)
        ? new PosixLogFiles(root)
        : throw new LogException(LogFault.NotFound, $"there is no directory {root}");

    public ILogFile Create(string path, Visibility visibility)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
            UnixCreateMode = visibility == Visibility.Public ? PublicFile : PrivateFile,
        };
        return new PosixFile(new FileStream(Full(path), options));
    }

    public byte[]? Read(string path, int limit)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(Full(path), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        using (handle)
        {
            var length = RandomAccess.GetLength(handle);
            if (length > limit)
                throw new LogException(LogFault.Corrupt, $"{path} has {length} bytes, at most {limit} are right");
            var bytes = new byte[length];
            var read = 0;
            while (read < bytes.Length)
            {
                var n = RandomAccess.Read(handle, bytes.AsSpan(read), read);
                if (n == 0)
                    return bytes[..read];
                read += n;
            }
            return bytes;
        }
    }

    public IFileMap? Map(string path, int length) => MappedFile.TryOpen(Full(path), length);

    public long? Length(string path)
    {
        var info = new FileInfo(Full(path));
        return info.Exists ? info.Length : null;
    }

    public IReadOnlyList<string> List(string directory)
    {
        var full = Full(directory);
        if (!Directory.Exists(full))
            return [];
        var names = Directory.EnumerateFileSystemEntries(full).Select(p => Path.GetFileName(p)).ToList();
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    public bool DirectoryExists(string directory) => Directory.Exists(Full(directory));

    public void CreateDirectory(string directory, Visibility visibility) =>
        Directory.CreateDirectory(Full(directory), visibility == Visibility.Public ? PublicDirectory : PrivateDirectory);

    public void Rename(string from, string to) => File.Move(Full(from), Full(to), overwrite: true);

    public void Delete(string path)
    {
        try
        {
            File.Delete(Full(path));
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing to delete.
        }
    }

    public void DeleteDirectory(string directory)
    {
        if (Directory.Exists(Full(directory)))
            Directory.Delete(Full(directory));
    }

    public void FlushDirectory(string directory) => Posix.FlushDirectory(Full(directory));

    public IDisposable Lock(string path)
    {
        var (file, locked) = Posix.TryLock(Full(path));
        if (!locked)
        {
            using (file)
                throw new LogLockedException(OwnerIn(file), root);
        }
        // For the message only: the lock itself is the kernel's, and is gone when the process is.
        RandomAccess.SetLength(file, 0);
        RandomAccess.Write(file, Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"), 0);
        return new HeldLock(file);
    }

    private static int? OwnerIn(SafeFileHandle file)
    {
        Span<byte> text = stackalloc byte[16];
        var length = RandomAccess.Read(file, text, 0);
        return int.TryParse(Encoding.ASCII.GetString(text[..length]).Trim(), out var pid) ? pid : null;
    }

    private string Full(string path) => path.Length == 0 ? root : Path.Combine(root, path);

    private sealed class HeldLock(SafeFileHandle file) : IDisposable
    {
        private SafeFileHandle? held = file;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref held, null) is { } mine)
                Posix.Unlock(mine);
        }
    }

    private sealed class PosixFile(FileStream stream) : ILogFile
    {
        private long length;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            RandomAccess.Write(stream.SafeFileHandle, bytes, length);
            length += bytes.Length;
        }

        public void Flush() => Posix.FlushData(stream.SafeFileHandle);

        public void Dispose() => stream.Dispose();
    }
}
