namespace Assay.Engine.Models;

/// <summary>A model or an input that cannot be used. The message is one line for the person who sent it.</summary>
public sealed class ModelException : Exception
{
    public ModelException(string message) : base(message) { }

    public ModelException(string message, Exception? inner) : base(message, inner) { }

    /// <summary>Whether the file may well be in order, and names an architecture, tokenizer or type that is not supported.</summary>
    public bool IsUnsupported { get; init; }
}
