namespace Assay.Engine.Language.Grammars;

internal enum NodeKind { Return, Bytes, Choice, Call }

/// <summary>A step of a grammar: the end of a rule; a byte and what follows; one of several ways; a rule and what follows.</summary>
internal readonly record struct GrammarNode(NodeKind Kind, int Next = 0, byte Least = 0, byte Most = 0, int Rule = 0, int[]? Ways = null);

/// <param name="Entry">The node it begins with.</param>
/// <param name="IsContainer">Whether it counts as a level of nesting.</param>
internal readonly record struct GrammarRule(int Entry, bool IsContainer);

/// <summary>What may follow at a node within a string whose characters are counted.</summary>
/// <param name="Least">Characters that must come before the string may close.</param>
/// <param name="Most">Characters that may come.</param>
/// <param name="Close">The node of the closing quote.</param>
internal readonly record struct CountedRest(int Least, int Most, int Close);

/// <summary>Nodes from one up to before another.</summary>
internal readonly record struct NodeRange(int From, int To)
{
    public bool Contains(int node) => From <= node && node < To;
}

/// <summary>
/// A set of texts, as a pushdown automaton over bytes: nodes are its states, and its stack holds the nodes that calls return to. Immutable; made by
/// <see cref="JsonGrammars"/>. Its texts are nested at most <see cref="MostNesting"/> deep.
/// </summary>
public sealed class Grammar
{
    /// <summary>Objects and arrays within each other at most: as deep as common readers of JSON go.</summary>
    public const int MostNesting = 64;

    private const int Never = int.MaxValue / 2;
    private readonly GrammarNode[] nodes;
    private readonly GrammarRule[] rules;
    private readonly int[] needs;

    internal Grammar(GrammarNode[] nodes, GrammarRule[] rules, int entry, NodeRange strings, IReadOnlyDictionary<int, CountedRest> counted, int character)
    {
        (this.nodes, this.rules, Entry, Strings, Counted, Character) = (nodes, rules, entry, strings, counted, character);
        needs = Needs();
        GreatestNeed = needs.Where(n => n < Never).Max();
    }

    internal int Entry { get; }

    /// <summary>The nodes of the rule of JSON strings of any length, made alike in every grammar.</summary>
    internal NodeRange Strings { get; }

    /// <summary>The nodes that follow a character of a string whose characters are counted.</summary>
    internal IReadOnlyDictionary<int, CountedRest> Counted { get; }

    /// <summary>The rule of one such character, made alike in every grammar; -1 where there is none.</summary>
    internal int Character { get; }

    /// <summary>The greatest finite <see cref="Need"/> of any node.</summary>
    internal int GreatestNeed { get; }

    internal ref readonly GrammarNode this[int node] => ref nodes[node];

    internal GrammarRule Rule(int rule) => rules[rule];

    /// <summary>The levels of nesting that the shortest way from a node to the end of its rule needs. A way that keeps within this many is never stuck.</summary>
    internal int Need(int node) => needs[node];

    private int[] Needs()
    {
        var result = new int[nodes.Length];
        Array.Fill(result, Never);
        result[GrammarBuilder.Return] = 0;
        // Parts are made back to front, so most nodes need one round; loops and recursion a few.
        for (var changed = true; changed;)
        {
            changed = false;
            for (var i = 1; i < nodes.Length; i++)
            {
                var need = nodes[i].Kind switch
                {
                    NodeKind.Bytes => result[nodes[i].Next],
                    NodeKind.Call => Math.Max(OfRule(rules[nodes[i].Rule]), result[nodes[i].Next]),
                    NodeKind.Choice => nodes[i].Ways!.Min(way => result[way]),
                    _ => 0,
                };
                if (need < result[i])
                    (result[i], changed) = (need, true);
            }
        }
        return result;

        int OfRule(GrammarRule rule) => rule.Entry < 0 || result[rule.Entry] >= Never ? Never : result[rule.Entry] + (rule.IsContainer ? 1 : 0);
    }
}
