using System.Runtime.CompilerServices;

namespace Assay.Engine.Language.Templates;

/// <summary>Something with a value.</summary>
internal abstract record Expression(int Line)
{
    public object? Of(TemplateRun run, Scope scope)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        run.Spend();
        run.Line = Line;
        return Evaluate(run, scope);
    }

    protected abstract object? Evaluate(TemplateRun run, Scope scope);
}

internal sealed record Constant(int Line, object? Value) : Expression(Line)
{
    protected override object? Evaluate(TemplateRun run, Scope scope) => Value;
}

internal sealed record NameOf(int Line, string Name) : Expression(Line)
{
    protected override object? Evaluate(TemplateRun run, Scope scope) => scope[Name] switch
    {
        Undefined when Functions.Global(Name) is { } function => function,
        var value => value,
    };
}

internal sealed record ListOf(int Line, List<Expression> Items) : Expression(Line)
{
    protected override object? Evaluate(TemplateRun run, Scope scope) => Items.ConvertAll(i => i.Of(run, scope));
}

internal sealed record MappingOf(int Line, List<(Expression Key, Expression Value)> Pairs) : Expression(Line)
{
    protected override object? Evaluate(TemplateRun run, Scope scope)
    {
        var map = new Mapping();
        foreach (var (key, value) in Pairs)
        {
            var name = key.Of(run, scope) as string ?? throw run.Bad("only strings can be keys of a mapping");
            run.Spend(name.Length);
            map[name] = value.Of(run, scope);
        }
        return map;
    }
}

internal sealed record Either(int Line, Expression Test, Expression Yes, Expression? No) : Expression(Line)
{
    protected override object? Evaluate(TemplateRun run, Scope scope) =>
        Values.IsTrue(Test.Of(run, scope)) ? Yes.Of(run, scope) : No is null ? new Undefined("the missing else") : No.Of(run, scope);
}

internal sealed record Logic(int Line, bool IsAnd, Expression Left, Expression Right) : Expression(Line)
{
    protected override object? Evaluate(TemplateRun run, Scope scope)
    {
        var left = Left.Of(run, scope);
        return Values.IsTrue(left) == IsAnd ? Right.Of(run, scope) : left;
    }
}

internal sealed record Not(int Line, Expression Operand) : Expression(Line)
{
    protected override object? Evaluate(TemplateRun run, Scope scope) => !Values.IsTrue(Operand.Of(run, scope));
}

/// <summary>a &lt; b == c: each pair is compared.</summary>
internal sealed record Comparison(int Line, Expression First, List<(string Operator, Expression Operand)> Rest) : Expression(Line)
{
    protected override object? Evaluate(TemplateRun run, Scope scope)
    {
        var left = First.Of(run, scope);
        foreach (var (op, operand) in Rest)
        {
            var right = operand.Of(run, scope);
            if (!Arithmetic.Holds(run, op, left, right))
                return false;
            left = right;
        }
        return true;
    }
}

internal sealed record Operation(int Line, string Operator, Expression Left, Expression Right) : Expression(Line)
{
    protected override object? Evaluate(TemplateRun run, Scope scope) => Arithmetic.Apply(run, Operator, Left.Of(run, scope), Right.Of(run, scope));
}

internal sealed record Negative(int Line, Expression Operand) : Expression(Line)
{
    protected override object? Evaluate(TemplateRun run, Scope scope) => Operand.Of(run, scope) switch
    {
        long n when n != long.MinValue => (object)-n,
        double d => -d,
        var other => throw run.Bad($"- is not for {Values.Kind(other)}"),
    };
}

/// <summary>value.Name</summary>
internal sealed record Attribute(int Line, Expression Value, string Name) : Expression(Line)
{
    protected override object? Evaluate(TemplateRun run, Scope scope) => Accesses.Attribute(run, Value.Of(run, scope), Name);
}

/// <summary>value[Index]</summary>
internal sealed record Item(int Line, Expression Value, Expression Index) : Expression(Line)
{
    protected override object? Evaluate(TemplateRun run, Scope scope) => Accesses.Item(run, Value.Of(run, scope), Index.Of(run, scope));
}

/// <summary>value[From:To:Step]</summary>
internal sealed record Slice(int Line, Expression Value, Expression? From, Expression? To, Expression? Step) : Expression(Line)
{
    protected override object? Evaluate(TemplateRun run, Scope scope) =>
        Accesses.Slice(run, Value.Of(run, scope), From?.Of(run, scope), To?.Of(run, scope), Step?.Of(run, scope));
}

/// <summary>The arguments of a call as they are written.</summary>
internal sealed record ArgumentList(List<Expression> Places, List<(string Name, Expression Value)> Names)
{
    public static readonly ArgumentList None = new([], []);

    public Arguments Of(TemplateRun run, Scope scope) => Places.Count + Names.Count == 0 ? Arguments.None
        : new(Places.ConvertAll(p => Spent(run, p.Of(run, scope))), Names.ToDictionary(n => n.Name, n => Spent(run, n.Value.Of(run, scope))));

    // Whoever is given a text goes through it at least once.
    private static object? Spent(TemplateRun run, object? value)
    {
        run.Spend(value is string text ? text.Length : 0);
        return value;
    }
}

internal sealed record Call(int Line, Expression Function, ArgumentList Arguments) : Expression(Line)
{
    protected override object? Evaluate(TemplateRun run, Scope scope)
    {
        var function = Function.Of(run, scope) as Callable ?? throw run.Bad(Function switch
        {
            NameOf name => $"there is no function '{name.Name}'",
            Attribute attribute => $"{Values.Kind(attribute.Value.Of(run, scope))} has no method '{attribute.Name}' here",
            _ => "what is called is no function",
        });
        var arguments = Arguments.Of(run, scope);
        run.Line = Line;
        return function(run, arguments);
    }
}

internal sealed record Filter(int Line, Expression Value, string Name, ArgumentList Arguments) : Expression(Line)
{
    protected override object? Evaluate(TemplateRun run, Scope scope)
    {
        var (value, arguments) = (Value.Of(run, scope), Arguments.Of(run, scope));
        run.Line = Line;
        return Filters.Apply(run, Name, value, arguments);
    }
}

internal sealed record Test(int Line, Expression Value, string Name, ArgumentList Arguments, bool IsNegated) : Expression(Line)
{
    protected override object? Evaluate(TemplateRun run, Scope scope)
    {
        var (value, arguments) = (Value.Of(run, scope), Arguments.Of(run, scope));
        run.Line = Line;
        return Tests.Holds(run, Name, value, arguments) != IsNegated;
    }
}
