namespace Assay.Verify;

/// <summary>Bytes from outside that are not what their format says. The message is one line: where, and what is wrong.</summary>
/// <remarks>Thrown by parsers only. <c>Verifier</c> turns it into a report; it never leaves it.</remarks>
public class MalformedException : Exception
{
    public MalformedException(string message) : base(message) { }

    public MalformedException(string message, Exception inner) : base(message, inner) { }
}
