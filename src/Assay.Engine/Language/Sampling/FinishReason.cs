namespace Assay.Engine.Language.Sampling;

/// <summary>Why an answer ends where it does.</summary>
public enum FinishReason
{
    /// <summary>The model ended it, or a stop text did.</summary>
    Stop,

    /// <summary>The limit of tokens or the model's context is reached: the text may end anywhere, constrained JSON before its last bracket.</summary>
    Length,

    /// <summary>The model asks for a tool.</summary>
    ToolCalls,
}

public static class FinishReasons
{
    /// <summary>The name in answers and receipts.</summary>
    public static string Name(this FinishReason reason) => reason switch
    {
        FinishReason.Stop => "stop",
        FinishReason.Length => "length",
        FinishReason.ToolCalls => "tool_calls",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, "unknown reason"),
    };
}
