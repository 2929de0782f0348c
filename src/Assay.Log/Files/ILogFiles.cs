namespace Assay.Log.Files;

/// <summary>Who may read what is created: private state (0600, 0700) or what the log publishes (0644, 0755).</summary>
public enum Visibility
{
    Private,
    Public,
}

/// <summary>
/// The file operations that a log needs, and no others: small enough that a test can put a disk in its place which keeps only what
/// was flushed. Paths are relative to the log's directory, with '/' between their parts.
/// </summary>
/// <remarks>
/// What an implementation MUST do, and all that the log relies on:
/// the bytes of a file survive a crash once its <see cref="ILogFile.Flush"/> has returned;
/// a name (created, renamed, deleted, or of a directory) survives once <see cref="FlushDirectory"/> of its parent has returned;
/// a rename replaces its target whole or not at all. Before that, anything may be lost, in any order.
/// Every failure is an <see cref="IOException"/> or an <see cref="UnauthorizedAccessException"/>.
/// </remarks>
public interface ILogFiles
{
    /// <summary>Creates an empty file, or empties the one that is there.</summary>
    ILogFile Create(string path, Visibility visibility);

    /// <summary>The whole file, or null where there is none.</summary>
    /// <exception cref="LogException">The file is longer than <paramref name="limit"/> bytes.</exception>
    byte[]? Read(string path, int limit);

    /// <summary>
    /// A file that is never written again, to be read in place. It MUST have this length when it is mapped; null where it has another, is
    /// missing, or cannot be mapped, and it is then to be read as a whole.
    /// </summary>
    IFileMap? Map(string path, int length) => null;

    /// <summary>Length of a file in bytes, or null where there is none.</summary>
    long? Length(string path);

    /// <summary>Names of the files and directories in a directory, in ordinal order; none where it does not exist.</summary>
    IReadOnlyList<string> List(string directory);

    bool DirectoryExists(string directory);

    /// <summary>Creates one directory whose parent exists; nothing happens if it is there.</summary>
    void CreateDirectory(string directory, Visibility visibility);

    /// <summary>Gives a file another name, replacing whatever had it.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file; nothing happens if it is not there.</summary>
    void Delete(string path);

    /// <summary>Deletes an empty directory; nothing happens if it is not there.</summary>
    void DeleteDirectory(string directory);

    /// <summary>Makes the names in a directory durable.</summary>
    void FlushDirectory(string directory);

    /// <summary>Takes the exclusive lock that this file stands for; it ends with the process at the latest.</summary>
    /// <exception cref="LogLockedException">Another owner holds it.</exception>
    IDisposable Lock(string path);
}

/// <summary>A file being written, from its start onwards.</summary>
public interface ILogFile : IDisposable
{
    /// <summary>Adds bytes at the end.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Returns when all bytes appended so far are durable.</summary>
    void Flush();
}
