namespace Assay.Providers.Relay;

public enum RelayFault
{
    /// <summary>No connection, or it broke.</summary>
    Unreachable,

    /// <summary>Nothing came in time.</summary>
    TimedOut,

    /// <summary>What came is not an answer of that API, or is too much.</summary>
    BadAnswer,

    /// <summary>The upstream reports an error.</summary>
    Refused,
}

/// <summary>Why an upstream gave no answer, in one line. It names no address and no key.</summary>
public sealed class RelayException(RelayFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public RelayFault Fault => fault;

    /// <summary>Of HTTP, where the upstream reports an error.</summary>
    public int? Status { get; init; }

    /// <summary>As the upstream says it, in seconds, where it does.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>What the upstream's error says is wrong: <c>param</c> and <c>code</c> of the OpenAI API, where they are there.</summary>
    public (string? Parameter, string? Code) Says { get; init; }
}
