namespace Assay.Engine.Language.Generation;

/// <summary>As many requests wait as may wait: this one was not taken, and may be sent again later.</summary>
public sealed class GeneratorBusyException(string message) : Exception(message);
