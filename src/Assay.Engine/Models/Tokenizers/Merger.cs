namespace Assay.Engine.Models.Tokenizers;

/// <summary>Part of a text, in whatever units its tokenizer counts, and the token that it is (-1: none).</summary>
internal readonly record struct Symbol(int Start, int End, int Id);

/// <summary>Which neighbours become one.</summary>
internal interface IPairs
{
    /// <summary>Whether two neighbours make a token, which, and when its turn is: the lower the earlier.</summary>
    bool Find(Symbol left, Symbol right, out uint order, out int id);
}

/// <summary>Merges neighbours in the order of their pairs, of equal ones the leftmost first, until no two make a token.</summary>
/// <remarks>A linked list and a priority queue: n symbols look at fewer than 3n pairs, each in O(log n).</remarks>
internal sealed class Merger
{
    private readonly PriorityQueue<(int LeftEnd, int RightEnd, int Id), ulong> queue = new();
    private Symbol[] symbols = new Symbol[64];
    private int[] next = new int[64], before = new int[64];
    private int count;

    /// <summary>Pairs looked at so far.</summary>
    public long Work { get; private set; }

    public void Clear() => count = 0;

    public void Add(int start, int end, int id)
    {
        if (count == symbols.Length)
        {
            Array.Resize(ref symbols, count * 2);
            Array.Resize(ref next, count * 2);
            Array.Resize(ref before, count * 2);
        }
        symbols[count++] = new Symbol(start, end, id);
    }

    /// <summary>Merges what was added. What remains stands in the order of the text.</summary>
    public Remaining Merge<TPairs>(TPairs pairs) where TPairs : struct, IPairs
    {
        for (var i = 0; i < count; i++)
            (before[i], next[i]) = (i - 1, i + 1 < count ? i + 1 : -1);
        for (var i = 0; i + 1 < count; i++)
            Look(pairs, i);
        while (queue.TryDequeue(out var pair, out var priority))
        {
            var left = (int)(uint)priority;
            var right = next[left];
            // Symbols only ever grow to the right: one that is as it was ends where it did. A merged one ends before it begins.
            if (right < 0 || symbols[left].End != pair.LeftEnd || symbols[right].End != pair.RightEnd)
                continue;
            symbols[left] = new Symbol(symbols[left].Start, pair.RightEnd, pair.Id);
            symbols[right] = new Symbol(0, -1, -1);
            next[left] = next[right];
            next[right] = -1;
            if (next[left] >= 0)
                before[next[left]] = left;
            if (before[left] >= 0)
                Look(pairs, before[left]);
            Look(pairs, left);
        }
        return new Remaining(this);
    }

    private void Look<TPairs>(TPairs pairs, int left) where TPairs : struct, IPairs
    {
        var right = next[left];
        if (right < 0)
            return;
        Work++;
        if (pairs.Find(symbols[left], symbols[right], out var order, out var id))
            queue.Enqueue((symbols[left].End, symbols[right].End, id), (ulong)order << 32 | (uint)left);
    }

    /// <summary>The symbols that are left, from the first to the last.</summary>
    public readonly ref struct Remaining(Merger merger)
    {
        public Enumerator GetEnumerator() => new(merger);

        public ref struct Enumerator(Merger merger)
        {
            private int at = -2;

            public readonly Symbol Current => merger.symbols[at];

            public bool MoveNext()
            {
                at = at == -2 ? merger.count > 0 ? 0 : -1 : merger.next[at];
                return at >= 0;
            }
        }
    }
}
