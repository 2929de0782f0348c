namespace Assay.Audit;

/// <summary>Why an audit cannot go on; the message says it in one line, for whoever runs the audit.</summary>
public sealed class AuditException(string message, Exception? inner = null) : Exception(message, inner);
