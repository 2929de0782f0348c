using System.Text;
using Assay.Engine.Models;

namespace Assay.Engine.Language.Sampling;

/// <summary>
/// The stop texts of a request as one automaton over bytes (A. Aho, M. Corasick, 1975: Efficient string matching). Shared by all choices of a request;
/// <see cref="StopMatcher"/> is one choice's place in it.
/// </summary>
public sealed class StopTexts
{
    /// <summary>Stop texts at most, and UTF-8 bytes of one at most.</summary>
    public const int Most = 16, MostBytes = 256;

    /// <summary>No stop text.</summary>
    public static readonly StopTexts None = new([]);

    // A state is a prefix of a stop text: the longest one that the bytes so far end with. State 0 is the empty one.
    private readonly List<int[]> next = [new int[256]];
    private readonly List<int> depth = [0], match = [0];

    /// <exception cref="ModelException">There are too many, or one is empty or too long.</exception>
    public StopTexts(IReadOnlyList<string> texts)
    {
        if (texts.Count > Most)
            throw new ModelException($"stop has {texts.Count} texts: at most {Most} are allowed");
        foreach (var text in texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            if (bytes.Length is 0 or > MostBytes)
                throw new ModelException($"a text of stop has {bytes.Length} bytes in UTF-8: 1 to {MostBytes} are right");
            Add(bytes);
        }
        Link();
    }

    /// <summary>Bytes of the stop text that a state ends with, the longest one; 0 where it ends with none.</summary>
    internal int Match(int state) => match[state];

    /// <summary>Bytes that may yet turn out to be the beginning of a stop text.</summary>
    internal int Depth(int state) => depth[state];

    internal int Next(int state, byte b) => next[state][b];

    private void Add(byte[] text)
    {
        var state = 0;
        foreach (var b in text)
        {
            if (next[state][b] == 0)
            {
                next[state][b] = next.Count;
                next.Add(new int[256]);
                depth.Add(depth[state] + 1);
                match.Add(0);
            }
            state = next[state][b];
        }
        match[state] = text.Length;
    }

    // In order of depth: where a state has no way on by a byte, it goes on as its longest proper suffix does.
    private void Link()
    {
        var suffix = new int[next.Count];
        foreach (var state in Enumerable.Range(0, next.Count).OrderBy(s => depth[s]))
        {
            if (match[state] == 0)
                match[state] = match[suffix[state]];
            for (var b = 0; b < 256; b++)
            {
                var (child, other) = (next[state][b], state == 0 ? 0 : next[suffix[state]][b]);
                if (child == 0)
                    next[state][b] = other;
                else
                    suffix[child] = other;
            }
        }
    }
}

/// <summary>
/// Says which bytes of an answer go out with which token. Bytes that may be the beginning of a stop text wait for what follows; a stop text that is
/// complete ends the answer and neither it nor anything after it goes out. The text that is complete first counts, and of those the longest.
/// </summary>
public sealed class StopMatcher(StopTexts texts)
{
    private readonly List<byte> held = [];
    private int state;

    /// <summary>Whether a stop text was found; nothing may be appended after it.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Takes a token's bytes (which may end within a character) and gives the bytes that go out with it: none, its own, or earlier ones too.</summary>
    public byte[] Append(ReadOnlySpan<byte> token)
    {
        if (IsStopped)
            throw new InvalidOperationException("the answer has ended");
        foreach (var b in token)
        {
            held.Add(b);
            state = texts.Next(state, b);
            if (texts.Match(state) is var length and > 0)
            {
                IsStopped = true;
                return Release(held.Count - length);
            }
        }
        return Release(held.Count - texts.Depth(state));
    }

    /// <summary>The answer ends without a stop text: the bytes that were held go out with its last token.</summary>
    public byte[] Finish() => IsStopped ? [] : Release(held.Count);

    private byte[] Release(int count)
    {
        var bytes = held.GetRange(0, count).ToArray();
        if (IsStopped)
            held.Clear();
        else
            held.RemoveRange(0, count);
        return bytes;
    }
}
