namespace Assay.Verify.Relays;

/// <summary>
/// Reads server-sent events (html.spec.whatwg.org, 9.2) as APIs for language models send them: one line of data each, the last <c>[DONE]</c>
/// (docs/spec/receipt.md, Relays). What can be read in two ways is refused.
/// </summary>
/// <param name="maxLine">The most bytes of a line.</param>
public sealed class UpstreamEvents(int maxLine)
{
    private readonly List<byte> line = [];
    private byte[]? data;

    /// <summary>Whether the line that holds <c>[DONE]</c> has come.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Takes what came, and adds the data of the events that are whole now.</summary>
    /// <returns>How many of the bytes belong to the stream: all, or, where its end is among them, those up to the end of that line.</returns>
    /// <exception cref="MalformedException">Not such a stream.</exception>
    public int Read(ReadOnlySpan<byte> bytes, List<byte[]> events)
    {
        var at = 0;
        while (at < bytes.Length && !IsDone)
        {
            var end = bytes[at..].IndexOf((byte)'\n');
            var part = end < 0 ? bytes[at..] : bytes.Slice(at, end);
            if (line.Count + part.Length > maxLine)
                throw new MalformedException($"the stream has a line of more than {maxLine} bytes");
            line.AddRange(part);
            at += part.Length + (end < 0 ? 0 : 1);
            if (end < 0)
                break;
            TakeLine(events);
            line.Clear();
        }
        return at;
    }

    private void TakeLine(List<byte[]> events)
    {
        if (line is [.., (byte)'\r'])
            line.RemoveAt(line.Count - 1);
        if (line.Contains((byte)'\r'))
            throw new MalformedException("the stream has a carriage return that ends no line");
        ReadOnlySpan<byte> text = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(line);
        if (text.IsEmpty)
        {
            if (data is not null)
                events.Add(data);
            data = null;
        }
        else if (text.StartsWith("data:"u8))
        {
            if (data is not null)
                throw new MalformedException("the stream has an event of several lines");
            text = text[5..];
            data = (text is [(byte)' ', ..] ? text[1..] : text).ToArray();
            IsDone = data.AsSpan().SequenceEqual("[DONE]"u8);
        }
        else if (text[0] != ':' && !text.StartsWith("event:"u8) && !text.StartsWith("id:"u8) && !text.StartsWith("retry:"u8))
            throw new MalformedException("the stream has a line that is no part of an event");
    }
}
