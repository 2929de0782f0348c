namespace Assay.Verify.Answers;

/// <summary>What the tokens of one choice say: text at whole characters, and calls of tools. A node that answers, a replay and a client that checks read with this one.</summary>
/// <param name="tools">How calls are written; null where none can be made.</param>
/// <param name="names">Of the tools that were offered.</param>
public sealed class AnswerReader(ToolReading? tools, IReadOnlySet<string>? names)
{
    private readonly Utf8Pieces pieces = new();
    private readonly ToolCallParser? parser = tools is null ? null : new ToolCallParser(tools.Format, names, tools.EndsWithFirst);

    /// <summary>What more is known with one more token.</summary>
    /// <param name="id">The token's.</param>
    /// <param name="text">The bytes that it adds to the answer.</param>
    /// <param name="isLast">Whether the choice ends with it.</param>
    public ToolOutput Append(uint id, ReadOnlySpan<byte> text, bool isLast)
    {
        // A mark that is a control token adds nothing to the text, and says where a call begins.
        var said = pieces.Append(text) + tools?.Marks.GetValueOrDefault(id);
        if (isLast)
            said += pieces.Finish();
        if (parser is null)
            return new ToolOutput(said, []);
        var output = parser.Append(said);
        if (!isLast)
            return output;
        var rest = parser.Finish();
        return new ToolOutput(output.Content + rest.Content, [.. output.Calls, .. rest.Calls]);
    }
}

/// <summary>Where the text of each token begins in its choice's: UTF-16 units of the whole characters that the tokens before it completed.</summary>
public sealed class TextOffsets
{
    private readonly Utf8Pieces pieces = new();
    private int offset;

    /// <summary>The offset of the next token, which adds these bytes.</summary>
    public int Next(ReadOnlySpan<byte> text)
    {
        var before = offset;
        offset += pieces.Append(text).Length;
        return before;
    }
}
