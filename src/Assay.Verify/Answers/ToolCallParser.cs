using System.Text;
using System.Text.Json;

namespace Assay.Verify.Answers;

/// <summary>What more of an answer is known: text, then calls.</summary>
public sealed record ToolOutput(string Content, IReadOnlyList<ToolCall> Calls);

/// <summary>
/// Parts an answer into text and calls as it arrives. A call is told when it is whole. What looks like a call and is none (no JSON, no name, a tool that was not offered)
/// is text, every character of it; white space before a call, and between and after calls, is dropped.
/// </summary>
/// <param name="format">How the model writes calls.</param>
/// <param name="tools">The names of the tools that were offered; null where any name is a call.</param>
/// <param name="one">Whether the answer ends with its first call: what follows it is dropped, and of a list only the first element is waited for.</param>
public sealed class ToolCallParser(ToolCallFormat format, IReadOnlySet<string>? tools, bool one = false)
{
    /// <summary>Characters of one call's JSON at most; what is longer is text.</summary>
    public const int MostCharacters = 1 << 20;

    // White space that waits for a call at most; more is text.
    private const int MostBlanks = 256;

    private enum Stage { Text, BeforeValue, Value, AfterValue }

    private readonly StringBuilder held = new();
    private readonly StringBuilder content = new();
    private readonly List<ToolCall> calls = [];
    private Stage stage = Stage.Text;
    private JsonExtent extent = new();
    private int valueStart;
    private bool hasText, hasCalls;

    /// <summary>Takes the next piece of the answer's text.</summary>
    public ToolOutput Append(string text)
    {
        foreach (var c in text)
            Take(c);
        return Told();
    }

    /// <summary>The answer ends here: what was held as the beginning of something is told as what it is.</summary>
    public ToolOutput Finish()
    {
        // A last call may lack what closes it.
        if (stage == Stage.AfterValue || string.IsNullOrWhiteSpace(held.ToString()))
        {
            if (!hasCalls && stage == Stage.Text)
                content.Append(held);
            held.Clear();
        }
        GiveUp();
        return Told();
    }

    private ToolOutput Told()
    {
        var output = new ToolOutput(content.ToString(), [.. calls]);
        content.Clear();
        calls.Clear();
        return output;
    }

    private void Take(char c)
    {
        if (one && hasCalls)
            return;
        held.Append(c);
        switch (stage)
        {
            case Stage.Text:
                Text(c);
                break;
            case Stage.BeforeValue:
                if (c == (format.IsList ? '[' : '{'))
                    Begin(c);
                else if (!char.IsWhiteSpace(c))
                    GiveUp();
                break;
            case Stage.Value:
                if (extent.Ends(c))
                    Complete();
                else if (one && format.IsList && c == '}' && extent.Depth == 1 && Calls(held.ToString(valueStart, held.Length - valueStart) + "]") is { } first)
                    Complete(first);
                else if (held.Length > MostCharacters)
                    GiveUp();
                break;
            default:
                AfterValue(c);
                break;
        }
    }

    // What is held in text: white space that may turn out to stand before a call, then perhaps the beginning of what opens one.
    private void Text(char c)
    {
        if (format.Open is null)
        {
            BareText(c);
            return;
        }
        while (true)
        {
            var from = Blanks();
            if (from > MostBlanks)
                Release(from);
            from = Blanks();
            var mark = held.ToString(from, held.Length - from);
            if (mark == format.Open)
                stage = Stage.BeforeValue;
            if (format.Open.StartsWith(mark, StringComparison.Ordinal))
                return;
            // It begins nothing: its first character is text, and so are the blanks before it.
            Release(from + 1);
        }
    }

    // Without an opening mark only an answer that begins with a brace is a call.
    private void BareText(char c)
    {
        var text = held.ToString().TrimStart();
        if (hasText || held.Length > MostBlanks + ToolCallFormat.PythonTag.Length || (text.Length > 0 && text[0] != '{' && !ToolCallFormat.PythonTag.StartsWith(text, StringComparison.Ordinal)))
            Release(held.Length);
        else if (c == '{')
            Begin(c);
        else if (text == ToolCallFormat.PythonTag)
            stage = Stage.BeforeValue;
    }

    private void Begin(char c)
    {
        (stage, extent, valueStart) = (Stage.Value, new(), held.Length - 1);
        extent.Ends(c);
    }

    private void Complete()
    {
        if (Calls(held.ToString(valueStart, held.Length - valueStart)) is { } found)
            Complete(found);
        else
            GiveUp();
    }

    private void Complete(List<ToolCall> found)
    {
        calls.AddRange(one ? found[..1] : found);
        held.Clear();
        hasCalls = true;
        stage = Stage.AfterValue;
    }

    // What closes a call, or in Llama's way a semicolon, is no text.
    private void AfterValue(char c)
    {
        var text = held.ToString().TrimStart();
        var close = format.Close ?? (format.Open is null ? ";" : null);
        if (text.Length == 0)
        {
            held.Clear();
            return;
        }
        if (close is not null && close.StartsWith(text, StringComparison.Ordinal))
        {
            if (text != close)
                return;
            held.Clear();
            stage = Stage.Text;
            return;
        }
        stage = Stage.Text;
        Again();
    }

    // No call after all: it is text, but for what may begin another one within it.
    private void GiveUp()
    {
        if (held.Length == 0)
        {
            stage = Stage.Text;
            return;
        }
        stage = Stage.Text;
        Release(held.Length);
    }

    private void Again()
    {
        var text = held.ToString();
        held.Clear();
        foreach (var c in text)
            Take(c);
    }

    private void Release(int count)
    {
        var text = held.ToString(0, count);
        held.Remove(0, count);
        if (hasCalls && !hasText)
            text = text.TrimStart();
        content.Append(text);
        hasText |= text.Length > 0;
    }

    private int Blanks()
    {
        var count = 0;
        while (count < held.Length && char.IsWhiteSpace(held[count]))
            count++;
        return count;
    }

    private List<ToolCall>? Calls(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { MaxDepth = 64 });
            var found = new List<ToolCall>();
            foreach (var element in format.IsList ? [.. document.RootElement.EnumerateArray()] : (JsonElement[])[document.RootElement])
                found.Add(One(element) ?? throw new JsonException());
            return found.Count > 0 ? found : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private ToolCall? One(JsonElement call)
    {
        if (call.ValueKind != JsonValueKind.Object || !call.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String
            || tools?.Contains(name.GetString()!) == false)
            return null;
        if (!call.TryGetProperty(format.ArgumentsKey, out var arguments) && !call.TryGetProperty(format.ArgumentsKey == "arguments" ? "parameters" : "arguments", out arguments))
            return null;
        return arguments.ValueKind == JsonValueKind.Object ? new(name.GetString()!, arguments.GetRawText()) : null;
    }
}
