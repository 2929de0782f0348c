namespace Assay.Store;

/// <summary>What the store was asked for cannot be done. The message is one line for the person who asked.</summary>
public sealed class StoreException(StoreFault fault, string message) : Exception(message)
{
    public StoreFault Fault { get; } = fault;
}

public enum StoreFault
{
    /// <summary>No model or blob of that name or digest.</summary>
    NotFound,

    /// <summary>A name, version or path that cannot be used.</summary>
    BadRequest,

    /// <summary>The name and version are taken by other bytes.</summary>
    Exists,

    /// <summary>Stored bytes are no longer what their digest says.</summary>
    Corrupt,

    /// <summary>The disk is full, or refuses; a server cannot be reached, or refuses.</summary>
    Unavailable,

    /// <summary>Another process is at it.</summary>
    InUse,
}
