namespace Assay.Log;

/// <summary>Why a log refuses to go on.</summary>
public enum LogFault
{
    /// <summary>There is no log in this directory, or its creation never finished.</summary>
    NotFound,

    /// <summary>There is a log in this directory already.</summary>
    Exists,

    /// <summary>Another process holds the folder's lock.</summary>
    Locked,

    /// <summary>Stored bytes disagree with each other or with a signed checkpoint.</summary>
    Corrupt,

    /// <summary>The stored state belongs to another origin or another key.</summary>
    WrongIdentity,

    /// <summary>The disk is full.</summary>
    DiskFull,

    /// <summary>The operating system reported an error on reading or writing.</summary>
    Io,

    /// <summary>The caller asked for something that cannot be: an entry too large, an index that is not there.</summary>
    BadRequest,

    /// <summary>The log was closed.</summary>
    Closed,
}

/// <summary>A log that cannot be opened, read or continued. The message is one line for the person who runs it.</summary>
public class LogException : Exception
{
    public LogException(LogFault fault, string message) : base(message) => Fault = fault;

    public LogException(LogFault fault, string message, Exception inner) : base(message, inner) => Fault = fault;

    public LogFault Fault { get; }
}

/// <summary>A log's, witness's or monitor's folder is owned by another process: a second writer is fenced, it never forks.</summary>
/// <param name="folder">Its path, where there is one.</param>
public sealed class LogLockedException(int? owner, string? folder = null) : LogException(LogFault.Locked,
    $"the folder{(folder is null ? "" : " " + folder)} is open in {(owner is null ? "another process" : $"process {owner}")}: stop it first")
{
    /// <summary>The owner's process id, where the lock file names one.</summary>
    public int? Owner { get; } = owner;
}

/// <summary>
/// The log has stopped: after a failed write or flush nothing is known about what the disk holds, so nothing more is promised.
/// Entries that were acknowledged are safe; those that were not may or may not be there when the log is opened again.
/// </summary>
public sealed class LogStoppedException(LogFault fault, string reason, Exception? inner = null)
    : LogException(fault, $"the log has stopped: {reason}", inner!);
