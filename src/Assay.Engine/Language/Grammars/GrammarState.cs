namespace Assay.Engine.Language.Grammars;

/// <summary>The stack of a grammar: where to go on when the rule at hand ends, and when that one does. Equal stacks are one object.</summary>
internal sealed class Frame(int id, int node, Frame? parent, int nesting)
{
    public readonly int Id = id, Node = node, Nesting = nesting;
    public readonly Frame? Parent = parent;

    /// <summary>Where the rule that is left here goes on, once asked for.</summary>
    public GrammarState? After { get; set; }
}

/// <summary>A node that waits for a byte, and its stack.</summary>
internal readonly record struct Place(int Node, Frame Stack)
{
    public bool Equals(Place other) => Node == other.Node && ReferenceEquals(Stack, other.Stack);

    public override int GetHashCode() => HashCode.Combine(Node, Stack.Id);
}

/// <summary>All places where a text may have led to. Equal states are one object, with what is known of what follows them.</summary>
/// <param name="places">In the order in which they were found, which depends on the text alone.</param>
/// <param name="isEnd">Whether the text may end here; in a state that stands for the inside of a rule only, whether the rule may.</param>
internal sealed class GrammarState(Place[] places, bool isEnd)
{
    /// <summary>Where a byte that does not fit leads.</summary>
    public static readonly GrammarState Dead = new([], isEnd: false);

    public readonly Place[] Places = places;
    public readonly bool IsEnd = isEnd;

    /// <summary>The state after each byte, null where not asked for yet; null as a whole before the first.</summary>
    public GrammarState?[]? Next { get; set; }

    /// <summary>The allowed tokens as bits, once asked for.</summary>
    public ulong[]? Mask { get; set; }
}

/// <summary>Of one node, whatever its stack: the tokens that fit and end inside the rule or at its end, and the nodes of the trie where it ends.</summary>
/// <param name="Tokens">Few tokens; null where <paramref name="Bits"/> holds them.</param>
internal sealed record InnerMask(int[]? Tokens, ulong[]? Bits, int[] Exits);
