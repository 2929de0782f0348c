using System.Runtime.InteropServices;

namespace Assay.Engine.Language.Generation;

/// <summary>
/// Sequences of answers that ended, kept for prompts that begin alike. What they hold is what evaluating the same tokens again would
/// give, bit for bit. A caller gets back only what it sent itself: how fast an answer comes must not tell one what another asked.
/// </summary>
internal sealed class PrefixCache(int most, int pageLength)
{
    private readonly LinkedList<Kept> kept = [];

    public int Count => kept.Count;

    /// <summary>The sequence that has the most of a prompt's first tokens, and how many, in whole pages; null where there is none.</summary>
    public (ILanguageSequence Sequence, int Length)? Find(string caller, ReadOnlySpan<int> prompt)
    {
        var (best, length) = ((LinkedListNode<Kept>?)null, 0);
        for (var node = kept.First; node is not null; node = node.Next)
            if (node.Value.Caller == caller && Shared(node.Value.Tokens, prompt, pageLength) is var shared && shared > length)
                (best, length) = (node, shared);
        if (best is null)
            return null;
        kept.Remove(best);
        kept.AddFirst(best);
        return (best.Value.Sequence, length);
    }

    /// <summary>Keeps a sequence of these tokens, which from now on belongs to the cache.</summary>
    public void Put(string caller, List<int> tokens, ILanguageSequence sequence)
    {
        if (sequence.Length < pageLength || most == 0)
        {
            sequence.Dispose();
            return;
        }
        var evaluated = CollectionsMarshal.AsSpan(tokens)[..sequence.Length].ToArray();
        // Whatever the new one begins with is in it.
        for (var node = kept.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.Caller == caller && evaluated.AsSpan().StartsWith(node.Value.Tokens))
                Remove(node);
            node = next;
        }
        kept.AddFirst(new Kept(caller, evaluated, sequence));
        while (kept.Count > most)
            Remove(kept.Last!);
    }

    /// <summary>Gives the pages back of the one that was not used for the longest time; false where there is none.</summary>
    public bool Evict()
    {
        if (kept.Last is null)
            return false;
        Remove(kept.Last);
        return true;
    }

    /// <summary>How many whole pages of tokens two lists have in common at their beginning, in tokens; less than all of <paramref name="prompt"/>, whose last token's scores are needed.</summary>
    public static int Shared(ReadOnlySpan<int> tokens, ReadOnlySpan<int> prompt, int pageLength) =>
        Math.Min(tokens.CommonPrefixLength(prompt), prompt.Length - 1) / pageLength * pageLength;

    private void Remove(LinkedListNode<Kept> node)
    {
        kept.Remove(node);
        node.Value.Sequence.Dispose();
    }

    private sealed record Kept(string Caller, int[] Tokens, ILanguageSequence Sequence);
}
