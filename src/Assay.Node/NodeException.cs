namespace Assay.Node;

public enum NodeFault
{
    /// <summary>The caller asked for something that cannot be.</summary>
    BadRequest,

    /// <summary>The caller may not see this.</summary>
    Forbidden,

    /// <summary>What the log holds, or does not hold yet, stands against it.</summary>
    Conflict,

    /// <summary>No such model or receipt.</summary>
    NotFound,

    /// <summary>Another process owns the data folder.</summary>
    InUse,

    /// <summary>A private key that is needed is not on this machine.</summary>
    KeyMissing,

    /// <summary>The node cannot go on: the log has stopped, or stored state is damaged.</summary>
    Unavailable,
}

/// <summary>What the node cannot do, in one line for the person who asked.</summary>
public sealed class NodeException : Exception
{
    public NodeException(NodeFault fault, string message) : base(message) => Fault = fault;

    public NodeException(NodeFault fault, string message, Exception inner) : base(message, inner) => Fault = fault;

    public NodeFault Fault { get; }
}
