using Assay.Engine.Models;

namespace Assay.Engine.Language.Grammars;

/// <summary>
/// A grammar over a vocabulary: which tokens may follow a text. A token may if its bytes keep the text the beginning of one of the grammar's. What was worked out is
/// kept, for all texts and requests that share this; any thread may use it. Nothing of what it answers depends on what it keeps.
/// </summary>
/// <remarks>
/// Most tokens end inside the rule that they begin in (a string, say), whatever the stack: those are found once for each node of the grammar by
/// a walk over the whole vocabulary. Tokens that leave the rule are followed from where they leave it, with the stack at hand; they are few.
/// After Y. Dong and others, 2024: XGrammar: Flexible and Efficient Structured Generation Engine for Large Language Models.
/// </remarks>
public sealed class TokenMasks
{
    /// <summary>States with their followers (2 KiB each), places of all states and bytes of masks that are kept; beyond them all is forgotten and worked out anew.</summary>
    private const int KeptRows = 20_000, KeptPlaces = 500_000, KeptMaskBytes = 64 << 20;

    /// <summary>Places of one state, and places and states that one mask needs, at most: a schema that is more ambiguous than this is refused.</summary>
    private const int MostPlaces = 2048, MostPlacesOfMask = 4_000_000, MostRowsOfMask = 100_000;

    private const int Few = 1024;

    private readonly Lock gate = new();
    private readonly Grammar grammar;
    private readonly TokenTrie trie;
    private readonly GrammarState?[] path;
    private int[]? characterStart;
    private readonly Frame root = new(0, GrammarBuilder.Return, null, 0), inside = new(1, GrammarBuilder.Return, null, 0);
    private readonly Dictionary<(int Node, int Parent, bool IsContainer), Frame> frames = [];
    private readonly Dictionary<StateKey, GrammarState> states = [];
    private readonly Dictionary<int, InnerMask> inner = [];
    private long maskBytes, placeCount;
    private int rowCount;
    private int frameCount = 2;

    public TokenMasks(Grammar grammar, TokenTrie trie)
    {
        (this.grammar, this.trie) = (grammar, trie);
        path = new GrammarState?[trie.LongestToken + 1];
        Start = After(grammar.Entry, root);
    }

    /// <summary>Before the first byte.</summary>
    internal GrammarState Start { get; }

    internal TokenTrie Trie => trie;

    /// <summary>Where these bytes lead; <see cref="GrammarState.Dead"/> where they do not fit.</summary>
    /// <exception cref="ModelException">The schema is too ambiguous.</exception>
    internal GrammarState Follow(GrammarState state, ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            MakeRoom();
            for (var i = 0; i < bytes.Length && !ReferenceEquals(state, GrammarState.Dead); i++)
                state = Step(state, bytes[i]);
            return state;
        }
    }

    /// <summary>The allowed tokens: bit i % 64 of element i / 64 for token i. Of a state that a token led to there is at least one.</summary>
    internal ulong[] Mask(GrammarState state)
    {
        lock (gate)
            return state.Mask ??= MakeMask(state);
    }

    // Before each call, so that none has less room for what an earlier one, which may have failed, left behind.
    private void MakeRoom()
    {
        if (rowCount > KeptRows || placeCount + states.Count > KeptPlaces || maskBytes > KeptMaskBytes)
            Forget();
    }

    private ulong[] MakeMask(GrammarState state)
    {
        MakeRoom();
        var mask = new ulong[(trie.Count + 63) / 64];
        maskBytes += 8L * mask.Length;
        if (state.Places.Any(p => p.Stack.Nesting + TokenTrie.MostOpenings + grammar.GreatestNeed > Grammar.MostNesting))
            Walk(0, state, mask, null);
        else
            foreach (var place in state.Places)
            {
                if (IsCounted(place, out var rest))
                {
                    MarkCounted(place, rest, mask);
                    continue;
                }
                var mine = Inner(place.Node);
                foreach (var token in mine.Tokens ?? [])
                    mask[token / 64] |= 1ul << (token % 64);
                for (var i = 0; i < (mine.Bits?.Length ?? 0); i++)
                    mask[i] |= mine.Bits![i];
                if (mine.Exits.Length == 0 || place.Stack.Parent is null)
                    continue;
                var after = place.Stack.After ??= After(place.Stack.Node, place.Stack.Parent);
                foreach (var exit in mine.Exits)
                    Walk(exit, after, mask, null);
            }
        if (state.IsEnd)
            foreach (var token in trie.EndOfGeneration)
                mask[token / 64] |= 1ul << (token % 64);
        return mask;
    }

    // Of a string whose characters are counted every character has nodes of its own, and a walk for each would go through nearly the whole vocabulary.
    private bool IsCounted(in Place place, out CountedRest rest)
    {
        rest = default;
        return grammar.Character >= 0 && place.Stack.Parent is not null && grammar.Counted.TryGetValue(place.Stack.Node, out rest) && Array.IndexOf(CharacterStart, place.Node) >= 0;
    }

    private void MarkCounted(in Place place, CountedRest rest, ulong[] mask)
    {
        // All nodes that a character may begin with are there, and the first speaks for them.
        if (place.Node != CharacterStart[0])
            return;
        // The character that begins here, and those that may follow it.
        var most = rest.Most == int.MaxValue ? int.MaxValue : rest.Most + 1;
        var after = After(grammar[rest.Close].Next, place.Stack.Parent!);
        lock (trie.CharactersGate)
        {
            var characters = trie.Characters ??= MakeCharacters();
            characters.Mark(most, mask);
            foreach (var (node, count) in characters.Closings)
                if (count > rest.Least && count <= most)
                {
                    MarkAt(node, mask);
                    Walk(node, after, mask, null);
                }
        }
    }

    private int[] CharacterStart => characterStart ??= [.. After(grammar.Rule(grammar.Character).Entry, inside).Places.Select(p => p.Node)];

    private TokenCharacters MakeCharacters()
    {
        var start = After(grammar.Rule(grammar.Character).Entry, inside);
        var (within, closings) = (new List<List<int>> { new() }, new List<(int, int)>());
        var (states, counts) = (new GrammarState[trie.LongestToken + 1], new int[trie.LongestToken + 1]);
        (states[0], counts[0]) = (start, 0);
        for (var node = 1; node < trie.Bytes.Length;)
        {
            var (depth, b) = (trie.Depths[node], trie.Bytes[node]);
            var (before, count) = (states[depth - 1], counts[depth - 1]);
            var isBetween = depth == 1 || before.IsEnd;
            var next = Step(isBetween ? start : before, b);
            if (ReferenceEquals(next, GrammarState.Dead))
            {
                if (isBetween && b == '"')
                    closings.Add((node, count));
                node = trie.Skips[node];
                continue;
            }
            (states[depth], counts[depth]) = (next, count + (isBetween ? 1 : 0));
            while (within.Count <= counts[depth])
                within.Add([]);
            for (var i = trie.FirstTokens[node]; i < trie.FirstTokens[node + 1]; i++)
                within[counts[depth]].Add(trie.Tokens[i]);
            node++;
        }
        return new TokenCharacters(trie, within, closings);
    }

    private void MarkAt(int node, ulong[] mask)
    {
        for (var i = trie.FirstTokens[node]; i < trie.FirstTokens[node + 1]; i++)
            mask[trie.Tokens[i] / 64] |= 1ul << (trie.Tokens[i] % 64);
    }

    // Strings are the same in all grammars, and a walk for them goes through nearly the whole vocabulary.
    private InnerMask Inner(int node) => grammar.Strings.Contains(node)
        ? trie.Strings.GetOrAdd(node - grammar.Strings.From, static (_, x) => x.Masks.MakeInner(x.Node), (Masks: this, Node: node))
        : inner.TryGetValue(node, out var mask) ? mask : inner[node] = MakeInner(node);

    private InnerMask MakeInner(int node)
    {
        var (bits, exits) = (new ulong[(trie.Count + 63) / 64], new List<int>());
        Walk(0, Intern([new(node, inside)], isEnd: false), bits, exits);
        var count = bits.Sum(System.Numerics.BitOperations.PopCount);
        var few = count > Few ? null : new List<int>(count);
        for (var token = 0; token < trie.Count && few is not null; token++)
            if ((bits[token / 64] >> (token % 64) & 1) != 0)
                few.Add(token);
        maskBytes += few is null ? 8L * bits.Length : 4L * count;
        return new(few?.ToArray(), few is null ? bits : null, [.. exits]);
    }

    // Marks the tokens below a node of the trie that fit, the node itself being reached in that state.
    private void Walk(int from, GrammarState state, ulong[] mask, List<int>? exits)
    {
        var (bytes, depths, skips, first, tokens) = (trie.Bytes, trie.Depths, trie.Skips, trie.FirstTokens, trie.Tokens);
        path[depths[from]] = state;
        for (var node = from + 1; node < skips[from];)
        {
            var depth = depths[node];
            var before = path[depth - 1]!;
            var next = before.Next?[bytes[node]] ?? Step(before, bytes[node]);
            if (ReferenceEquals(next, GrammarState.Dead))
            {
                node = skips[node];
                continue;
            }
            for (var i = first[node]; i < first[node + 1]; i++)
                mask[tokens[i] / 64] |= 1ul << (tokens[i] % 64);
            if (next.IsEnd)
                exits?.Add(node);
            path[depth] = next;
            node = next.Places.Length > 0 ? node + 1 : skips[node];
        }
    }

    private GrammarState Step(GrammarState state, byte b)
    {
        if (state.Next is null)
            state.Next = rowCount++ < MostRowsOfMask ? new GrammarState?[256] : throw TooAmbiguous();
        return state.Next[b] ??= MakeStep(state, b);
    }

    private GrammarState MakeStep(GrammarState state, byte b)
    {
        var closure = new Closure(this);
        foreach (var place in state.Places)
            if (grammar[place.Node] is var node && node.Least <= b && b <= node.Most)
                closure.Add(node.Next, place.Stack);
        return closure.Result();
    }

    private GrammarState After(int node, Frame stack)
    {
        var closure = new Closure(this);
        closure.Add(node, stack);
        return closure.Result();
    }

    private Frame Push(int node, Frame parent, bool isContainer)
    {
        if (!frames.TryGetValue((node, parent.Id, isContainer), out var frame))
            frames[(node, parent.Id, isContainer)] = frame = new(frameCount++, node, parent, parent.Nesting + (isContainer ? 1 : 0));
        return frame;
    }

    private GrammarState Intern(Place[] places, bool isEnd)
    {
        if (places.Length == 0 && !isEnd)
            return GrammarState.Dead;
        var key = new StateKey(places, isEnd);
        if (!states.TryGetValue(key, out var state))
        {
            if ((placeCount += places.Length) > MostPlacesOfMask)
                throw TooAmbiguous();
            states[key] = state = new(places, isEnd);
        }
        return state;
    }

    // States that a text stands in stay usable: they hold what they need. Numbers of frames are never used again.
    private void Forget()
    {
        states.Clear();
        frames.Clear();
        inner.Clear();
        (maskBytes, placeCount, rowCount) = (0, 0, 0);
    }

    private static ModelException TooAmbiguous() => new("the schema is too ambiguous: alternatives that begin differently are right");

    /// <summary>Follows what needs no byte.</summary>
    private sealed class Closure(TokenMasks owner)
    {
        private readonly HashSet<Place> seen = [];
        private readonly List<Place> waiting = [];
        private bool isEnd;

        public void Add(int node, Frame stack)
        {
            var pending = new Stack<Place>();
            pending.Push(new(node, stack));
            while (pending.TryPop(out var place))
            {
                // Inside a rule the nesting around it is unknown; it is asked for only where there is room enough.
                if (place.Stack.Nesting + owner.grammar.Need(place.Node) > Grammar.MostNesting || !seen.Add(place))
                    continue;
                ref readonly var step = ref owner.grammar[place.Node];
                if (step.Kind == NodeKind.Bytes)
                    waiting.Add(waiting.Count < MostPlaces ? place : throw TooAmbiguous());
                else if (step.Kind == NodeKind.Return && place.Stack.Parent is null)
                    isEnd = true;
                else if (step.Kind == NodeKind.Return)
                    pending.Push(new(place.Stack.Node, place.Stack.Parent!));
                else if (step.Kind == NodeKind.Choice)
                    for (var i = step.Ways!.Length - 1; i >= 0; i--)
                        pending.Push(new(step.Ways[i], place.Stack));
                else if (step.Kind == NodeKind.Call)
                    pending.Push(Enter(step, place.Stack));
            }
        }

        public GrammarState Result() => owner.Intern([.. waiting], isEnd);

        private Place Enter(in GrammarNode call, Frame stack)
        {
            var rule = owner.grammar.Rule(call.Rule);
            // A call that ends its own rule needs no way back, unless nesting is to be counted.
            var isLast = owner.grammar[call.Next].Kind == NodeKind.Return && !rule.IsContainer;
            return new(rule.Entry, isLast ? stack : owner.Push(call.Next, stack, rule.IsContainer));
        }
    }

    private readonly record struct StateKey(Place[] Places, bool IsEnd)
    {
        public bool Equals(StateKey other) => IsEnd == other.IsEnd && Places.AsSpan().SequenceEqual(other.Places);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(IsEnd);
            foreach (var place in Places)
                hash.Add(place.GetHashCode());
            return hash.ToHashCode();
        }
    }
}
