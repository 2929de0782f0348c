namespace Assay.Verify.Answers;

/// <summary>A call that a model asks for.</summary>
/// <param name="Arguments">A JSON object, as the model wrote it.</param>
public sealed record ToolCall(string Name, string Arguments);

/// <summary>How a model writes calls into its answer.</summary>
/// <param name="Open">What comes before the JSON of calls; null where an answer that begins with a brace is one.</param>
/// <param name="Close">What comes after it, or null.</param>
/// <param name="ArgumentsKey">The key of the arguments, beside "name".</param>
/// <param name="IsList">Whether the calls are one JSON list; otherwise each call is an object.</param>
public sealed record ToolCallFormat(string Name, string? Open, string? Close, string ArgumentsKey, bool IsList)
{
    /// <summary>&lt;tool_call&gt;{"name": ..., "arguments": ...}&lt;/tool_call&gt;, once or several times: Hermes, Qwen.</summary>
    public static readonly ToolCallFormat Tags = new("tags", "<tool_call>", "</tool_call>", "arguments", IsList: false);

    /// <summary>[TOOL_CALLS] [{"name": ..., "arguments": ...}, ...]: Mistral.</summary>
    public static readonly ToolCallFormat List = new("list", "[TOOL_CALLS]", null, "arguments", IsList: true);

    /// <summary>The whole answer is {"name": ..., "parameters": ...}, perhaps after &lt;|python_tag|&gt;: Llama 3.</summary>
    public static readonly ToolCallFormat Object = new("object", null, null, "parameters", IsList: false);

    /// <summary>A token that Llama 3 may put before a call.</summary>
    public const string PythonTag = "<|python_tag|>";

    /// <summary>
    /// Texts that may each be one token. Where such a token is a control token, which otherwise adds nothing to the text, it has to stand for this text: in what
    /// <see cref="ToolCallParser"/> reads, and in the vocabulary of a grammar.
    /// </summary>
    public IEnumerable<string> Markers => Open is null ? [PythonTag] : Close is null ? [Open] : [Open, Close];

    /// <summary>The format of that name, or null.</summary>
    public static ToolCallFormat? Named(string name) => Array.Find([Tags, List, Object], f => f.Name == name);

    /// <summary>The format that a chat template shows its model; null where it mentions no calls, so that the model was told of no tools.</summary>
    public static ToolCallFormat? Of(string? chatTemplate)
    {
        if (chatTemplate is null || !chatTemplate.Contains("tools", StringComparison.Ordinal))
            return null;
        if (chatTemplate.Contains("[TOOL_CALLS]", StringComparison.Ordinal))
            return List;
        if (chatTemplate.Contains("<tool_call>", StringComparison.Ordinal))
            return Tags;
        return chatTemplate.Contains("parameters", StringComparison.Ordinal) && chatTemplate.Contains("ipython", StringComparison.Ordinal) ? Object : null;
    }
}
