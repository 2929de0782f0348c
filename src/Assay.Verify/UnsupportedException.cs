namespace Assay.Verify;

/// <summary>Bytes from outside that are well formed as far as can be told, but of a version or kind that this verifier does not know.</summary>
public sealed class UnsupportedException(string message) : MalformedException(message);
