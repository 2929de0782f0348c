using Assay.Engine.Models;

namespace Assay.Engine.Language.Grammars;

/// <summary>
/// Makes a <see cref="Grammar"/> back to front: each part is given the node that follows it and returns the node it begins with.
/// A rule is a part that is called from several places and may call itself.
/// </summary>
internal sealed class GrammarBuilder
{
    /// <summary>Nodes of one grammar at most.</summary>
    public const int MostNodes = 400_000;

    private readonly List<GrammarNode> nodes = [new(NodeKind.Return)];
    private readonly List<GrammarRule> rules = [];

    /// <summary>Nodes so far.</summary>
    public int Count => nodes.Count;

    /// <inheritdoc cref="Grammar.Strings"/>
    public NodeRange Strings { get; set; }

    /// <inheritdoc cref="Grammar.Counted"/>
    public Dictionary<int, CountedRest> Counted { get; } = [];

    /// <inheritdoc cref="Grammar.Character"/>
    public int Character { get; set; } = -1;

    /// <summary>The node that ends a rule.</summary>
    public const int Return = 0;

    /// <summary>A byte from a range.</summary>
    public int Range(byte least, byte most, int next) => Add(new(NodeKind.Bytes, next, Least: least, Most: most));

    public int Byte(char b, int next) => Range((byte)b, (byte)b, next);

    /// <summary>These bytes.</summary>
    public int Literal(ReadOnlySpan<byte> bytes, int next)
    {
        for (var i = bytes.Length - 1; i >= 0; i--)
            next = Range(bytes[i], bytes[i], next);
        return next;
    }

    /// <summary>One of several ways on.</summary>
    public int Choice(params ReadOnlySpan<int> ways) => ways.Length == 1 ? ways[0] : Add(new(NodeKind.Choice, Ways: ways.ToArray()));

    /// <summary>A choice whose ways are made after it, since they lead back to it.</summary>
    public int Loop(Func<int, int[]> ways)
    {
        var node = Add(new(NodeKind.Choice, Ways: []));
        nodes[node] = nodes[node] with { Ways = ways(node) };
        return node;
    }

    /// <summary>A rule, and then <paramref name="next"/>.</summary>
    public int Call(int rule, int next) => Add(new(NodeKind.Call, next, Rule: rule));

    /// <summary>Up to <paramref name="most"/> times a part, at least <paramref name="least"/> times.</summary>
    public int Repeat(int least, int most, Func<int, int> part, int next)
    {
        var node = next;
        for (var count = most; count > 0; count--)
            node = count > least ? Choice(part(node), next) : part(node);
        return node;
    }

    /// <param name="isContainer">Whether it is a JSON object or array, whose nesting is bounded.</param>
    public int NewRule(bool isContainer)
    {
        rules.Add(new(-1, isContainer));
        return rules.Count - 1;
    }

    public void Define(int rule, int entry) => rules[rule] = rules[rule] with { Entry = entry };

    /// <summary>The grammar whose texts are those of <paramref name="entry"/>.</summary>
    /// <exception cref="ModelException">No finite text fits, or a rule calls itself before its first byte.</exception>
    public Grammar Build(int entry)
    {
        RefuseLeftRecursion();
        var grammar = new Grammar([.. nodes], [.. rules], entry, Strings, Counted, Character);
        if (grammar.Need(entry) > Grammar.MostNesting)
            throw new ModelException($"the schema can be met by no value nested at most {Grammar.MostNesting} deep: each value it allows holds another");
        return grammar;
    }

    private int Add(GrammarNode node)
    {
        if (nodes.Count >= MostNodes)
            throw new ModelException("the schema is too large: fewer alternatives, or smaller minItems, maxItems, minLength and maxLength are right");
        nodes.Add(node);
        return nodes.Count - 1;
    }

    // A rule whose first step may be a call of itself would never come to a byte.
    private void RefuseLeftRecursion()
    {
        var (done, open) = (new bool[rules.Count], new bool[rules.Count]);
        for (var rule = 0; rule < rules.Count; rule++)
            Visit(rule, 0);

        void Visit(int rule, int depth)
        {
            if (open[rule] || depth > 1000)
                throw new ModelException("the schema refers to itself without an object or array between");
            if (done[rule] || rules[rule].Entry < 0)
                return;
            open[rule] = true;
            var (pending, seen) = (new Stack<int>([rules[rule].Entry]), new HashSet<int>());
            while (pending.TryPop(out var node))
                if (seen.Add(node))
                {
                    if (nodes[node].Kind == NodeKind.Call)
                        Visit(nodes[node].Rule, depth + 1);
                    foreach (var way in nodes[node].Ways ?? [])
                        pending.Push(way);
                }
            (open[rule], done[rule]) = (false, true);
        }
    }
}
