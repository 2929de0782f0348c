using Assay.Engine.Models;

namespace Assay.Engine.Language.Templates;

/// <summary>The expressions of a template, by Jinja's precedence: if-else, or, and, not, comparisons, + -, ~, * / // %, **, unary signs, then filters and tests.</summary>
internal class ExpressionParser(List<TemplateToken> tokens)
{
    /// <summary>Expressions and blocks within each other at most.</summary>
    protected const int MostDepth = 100;

    private static readonly Dictionary<string, object?> Constants = new()
    {
        ["true"] = true, ["True"] = true, ["false"] = false, ["False"] = false, ["none"] = null, ["None"] = null,
    };

    private int at, depth;

    protected TemplateToken Current => tokens[at];

    protected TemplateToken Take() => tokens[at].Kind == TokenKind.End ? tokens[at] : tokens[at++];

    protected bool Is(string op) => Current.Kind == TokenKind.Operator && Current.Text == op;

    protected bool IsName(string name) => Current.Kind == TokenKind.Name && Current.Text == name;

    protected bool Accept(string op)
    {
        if (!Is(op) && !IsName(op))
            return false;
        at++;
        return true;
    }

    protected void Expect(string op)
    {
        if (!Accept(op))
            throw Bad($"'{op}' is expected, not {Shown(Current)}");
    }

    protected string Name() => Current.Kind == TokenKind.Name ? Take().Text : throw Bad($"a name is expected, not {Shown(Current)}");

    protected ModelException Bad(string what) => TemplateErrors.At(Current.Line, what);

    protected T Deeper<T>(Func<T> parse)
    {
        if (++depth > MostDepth)
            throw Bad($"expressions or blocks are more than {MostDepth} deep");
        var result = parse();
        depth--;
        return result;
    }

    protected static string Shown(TemplateToken token) => token.Kind switch
    {
        TokenKind.Close or TokenKind.EndPrint => "the tag's end",
        TokenKind.End => "the template's end",
        _ => $"'{token.Text}'",
    };

    /// <summary>An expression, if-else included.</summary>
    public Expression Expression() => Deeper(() =>
    {
        var value = Or();
        while (IsName("if"))
        {
            var line = Take().Line;
            var test = Or();
            value = new Either(line, test, value, Accept("else") ? Expression() : null);
        }
        return value;
    });

    /// <summary>One or several expressions with commas between: several are a list.</summary>
    protected Expression Several()
    {
        var (line, items) = (Current.Line, new List<Expression> { Expression() });
        while (Accept(","))
            items.Add(Expression());
        return items.Count == 1 ? items[0] : new ListOf(line, items);
    }

    /// <summary>What a for loop goes through: no if-else, since its if filters.</summary>
    protected Expression Or()
    {
        var left = And();
        while (IsName("or"))
            left = new Logic(Take().Line, IsAnd: false, left, And());
        return left;
    }

    private Expression And()
    {
        var left = Negation();
        while (IsName("and"))
            left = new Logic(Take().Line, IsAnd: true, left, Negation());
        return left;
    }

    private Expression Negation() => IsName("not") ? Deeper<Expression>(() => new Not(Take().Line, Negation())) : Compared();

    private Expression Compared()
    {
        var (line, first, rest) = (Current.Line, Sum(), new List<(string, Expression)>());
        while (true)
        {
            if (Current.Kind == TokenKind.Operator && Current.Text is "==" or "!=" or "<" or "<=" or ">" or ">=")
                rest.Add((Take().Text, Sum()));
            else if (Accept("in"))
                rest.Add(("in", Sum()));
            else if (IsName("not") && tokens[at + 1] is { Kind: TokenKind.Name, Text: "in" })
            {
                at += 2;
                rest.Add(("not in", Sum()));
            }
            else
                return rest.Count == 0 ? first : new Comparison(line, first, rest);
        }
    }

    private Expression Sum() => Binary(Concatenation, "+", "-");

    private Expression Concatenation() => Binary(Product, "~");

    private Expression Product() => Binary(Power, "*", "/", "//", "%");

    private Expression Power() => Binary(() => Unary(withFilters: true), "**");

    private Expression Binary(Func<Expression> operand, params string[] operators)
    {
        var left = operand();
        while (Current.Kind == TokenKind.Operator && operators.Contains(Current.Text))
        {
            var op = Take();
            left = new Operation(op.Line, op.Text, left, operand());
        }
        return left;
    }

    private Expression Unary(bool withFilters)
    {
        Expression value;
        if (Is("-"))
            value = Deeper<Expression>(() => new Negative(Take().Line, Unary(withFilters: false)));
        else if (Accept("+"))
            value = Deeper(() => Unary(withFilters: false));
        else
            value = Primary();
        value = Postfix(value);
        return withFilters ? Filtered(value) : value;
    }

    private Expression Primary()
    {
        var token = Take();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return Constants.TryGetValue(token.Text, out var constant) ? new Constant(token.Line, constant) : new NameOf(token.Line, token.Text);
            case TokenKind.Text_:
                var text = token.Text;
                while (Current.Kind == TokenKind.Text_)
                    text += Take().Text;
                return new Constant(token.Line, text);
            case TokenKind.Integer or TokenKind.Float:
                return new Constant(token.Line, token.Value);
            case TokenKind.Operator when token.Text == "(":
                if (Accept(")"))
                    return new ListOf(token.Line, []);
                var (items, isList) = (new List<Expression> { Expression() }, false);
                while (Accept(","))
                {
                    isList = true;
                    if (!Is(")"))
                        items.Add(Expression());
                }
                Expect(")");
                return isList ? new ListOf(token.Line, items) : items[0];
            case TokenKind.Operator when token.Text == "[":
                return new ListOf(token.Line, Listed("]", Expression));
            case TokenKind.Operator when token.Text == "{":
                return new MappingOf(token.Line, Listed("}", () =>
                {
                    var key = Expression();
                    Expect(":");
                    return (key, Expression());
                }));
            default:
                throw TemplateErrors.At(token.Line, $"a value is expected, not {Shown(token)}");
        }
    }

    private List<T> Listed<T>(string end, Func<T> item)
    {
        var items = new List<T>();
        while (!Accept(end))
        {
            items.Add(item());
            if (!Accept(","))
            {
                Expect(end);
                break;
            }
        }
        return items;
    }

    private Expression Postfix(Expression value)
    {
        for (var steps = 0; ; steps++)
        {
            if (steps > MostDepth)
                throw Bad($"more than {MostDepth} accesses follow each other");
            var line = Current.Line;
            if (Accept("."))
                value = Current.Kind == TokenKind.Integer ? new Item(line, value, new Constant(line, Take().Value)) : new Attribute(line, value, Name());
            else if (Accept("["))
                value = Subscript(line, value);
            else if (Accept("("))
                value = new Call(line, value, Arguments());
            else
                return value;
        }
    }

    private Expression Subscript(int line, Expression value)
    {
        var parts = new Expression?[3];
        var colons = 0;
        while (!Is("]"))
        {
            if (Accept(":"))
            {
                if (++colons > 2)
                    throw Bad("a slice has more than two colons");
            }
            else if (parts[colons] is null)
                parts[colons] = Expression();
            else
                throw Bad($"']' is expected, not {Shown(Current)}");
        }
        Expect("]");
        if (colons > 0)
            return new Slice(line, value, parts[0], parts[1], parts[2]);
        return new Item(line, value, parts[0] ?? throw Bad("[] names no item"));
    }

    // After "(".
    protected ArgumentList Arguments()
    {
        var (places, names) = (new List<Expression>(), new List<(string, Expression)>());
        Listed(")", () =>
        {
            if (Is("*") || Is("**"))
                throw Bad("arguments by * are not supported");
            if (Current.Kind == TokenKind.Name && tokens[at + 1] is { Kind: TokenKind.Operator, Text: "=" })
            {
                var name = Name();
                Expect("=");
                names.Add(names.Exists(n => n.Item1 == name) ? throw Bad($"argument '{name}' is given twice") : (name, Expression()));
            }
            else
                places.Add(Expression());
            return true;
        });
        return new(places, names);
    }

    private Expression Filtered(Expression value)
    {
        for (var steps = 0; ; steps++)
        {
            if (steps > MostDepth)
                throw Bad($"more than {MostDepth} filters follow each other");
            var line = Current.Line;
            if (Accept("|"))
            {
                var name = Known(Name(), Filters.Names, "filter");
                value = new Filter(line, value, name, Accept("(") ? Arguments() : ArgumentList.None);
            }
            else if (Accept("is"))
            {
                var isNegated = Accept("not");
                var name = Known(Name(), Tests.Names, "test");
                value = new Test(line, value, name, TestArguments(), isNegated);
            }
            else
                return value;
        }
    }

    // In parentheses, or one value without: x is divisibleby 3.
    private ArgumentList TestArguments()
    {
        if (Accept("("))
            return Arguments();
        var isValue = Current.Kind is TokenKind.Text_ or TokenKind.Integer or TokenKind.Float || Is("[") || Is("{")
            || (Current.Kind == TokenKind.Name && Current.Text is not ("and" or "or" or "not" or "else" or "if" or "is" or "in"));
        return isValue ? new([Postfix(Primary())], []) : ArgumentList.None;
    }

    protected string Known(string name, HashSet<string> names, string what) => names.Contains(name) ? name : throw Bad($"{what} '{name}' is not supported");
}
