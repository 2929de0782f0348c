using System.Runtime.CompilerServices;

namespace Assay.Engine.Language.Templates;

/// <summary>How a list of statements ended.</summary>
internal enum Flow { On, Continue, Break }

/// <summary>Something that writes, or sets names.</summary>
internal abstract record Statement(int Line)
{
    public static Flow Run(List<Statement> statements, TemplateRun run, Scope scope)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var statement in statements)
        {
            run.Spend();
            run.Line = statement.Line;
            if (statement.Run(run, scope) is var flow && flow != Flow.On)
                return flow;
        }
        return Flow.On;
    }

    protected abstract Flow Run(TemplateRun run, Scope scope);
}

internal sealed record TextPart(int Line, string Text) : Statement(Line)
{
    protected override Flow Run(TemplateRun run, Scope scope)
    {
        run.Write(Text);
        return Flow.On;
    }
}

internal sealed record Print(int Line, Expression Value) : Statement(Line)
{
    protected override Flow Run(TemplateRun run, Scope scope)
    {
        run.Write(Arithmetic.Text(run, Value.Of(run, scope)));
        return Flow.On;
    }
}

/// <summary>set a = x; set a, b = x; set namespace.a = x; set a ... endset.</summary>
internal sealed record Set(int Line, List<(string Name, string? Attribute)> Targets, Expression? Value, List<Statement>? Body) : Statement(Line)
{
    protected override Flow Run(TemplateRun run, Scope scope)
    {
        var value = Value is not null ? Value.Of(run, scope) : run.Capture(() => Run(Body!, run, new Scope(scope)));
        if (Targets.Count == 1)
            Assign(run, scope, Targets[0], value);
        else
        {
            var parts = Accesses.Elements(run, value);
            if (parts.Count != Targets.Count)
                throw run.Bad($"{parts.Count} values are set to {Targets.Count} names");
            for (var i = 0; i < parts.Count; i++)
                Assign(run, scope, Targets[i], parts[i]);
        }
        return Flow.On;
    }

    private static void Assign(TemplateRun run, Scope scope, (string Name, string? Attribute) target, object? value)
    {
        if (target.Attribute is null)
            scope[target.Name] = value;
        else if (scope[target.Name] is Mapping { IsNamespace: true } map)
        {
            RefuseNamespaces(run, value, 0);
            map[target.Attribute] = value;
        }
        else
            throw run.Bad($"'{target.Name}' is no namespace, so '{target.Attribute}' of it cannot be set");
    }

    // A namespace that holds itself would have no end, and neither would what is compared with it.
    private static void RefuseNamespaces(TemplateRun run, object? value, int depth)
    {
        run.Spend();
        if (value is Mapping { IsNamespace: true } || depth > TemplateRun.MostDepth)
            throw run.Bad("a namespace can hold neither another one nor lists as deep as this");
        foreach (var part in value switch { List<object?> list => list, Mapping map => (IEnumerable<object?>)map.Values, _ => [] })
            RefuseNamespaces(run, part, depth + 1);
    }
}

internal sealed record If(int Line, List<(Expression Test, List<Statement> Body)> Branches, List<Statement> Otherwise) : Statement(Line)
{
    protected override Flow Run(TemplateRun run, Scope scope)
    {
        foreach (var (test, body) in Branches)
            if (Values.IsTrue(test.Of(run, scope)))
                return Run(body, run, scope);
        return Run(Otherwise, run, scope);
    }
}

internal sealed record For(int Line, List<string> Names, Expression Values_, Expression? Test, List<Statement> Body, List<Statement> Otherwise) : Statement(Line)
{
    protected override Flow Run(TemplateRun run, Scope scope)
    {
        var elements = Accesses.Elements(run, Values_.Of(run, scope));
        if (Test is not null)
            elements = elements.FindAll(element => Values.IsTrue(Test.Of(run, Named(run, scope, element))));
        for (var i = 0; i < elements.Count; i++)
        {
            run.Spend();
            var inner = Named(run, scope, elements[i]);
            inner["loop"] = Loop(elements, i);
            if (Run(Body, run, inner) == Flow.Break)
                break;
        }
        if (elements.Count == 0)
            return Run(Otherwise, run, scope);
        return Flow.On;
    }

    private Scope Named(TemplateRun run, Scope scope, object? element)
    {
        var inner = new Scope(scope);
        if (Names.Count == 1)
        {
            inner[Names[0]] = element;
            return inner;
        }
        var parts = Accesses.Elements(run, element);
        if (parts.Count != Names.Count)
            throw run.Bad($"an element with {parts.Count} parts is set to {Names.Count} names");
        for (var i = 0; i < parts.Count; i++)
            inner[Names[i]] = parts[i];
        return inner;
    }

    private static Mapping Loop(List<object?> elements, int i) => new()
    {
        ["index"] = i + 1L,
        ["index0"] = (long)i,
        ["revindex"] = (long)elements.Count - i,
        ["revindex0"] = elements.Count - i - 1L,
        ["first"] = i == 0,
        ["last"] = i == elements.Count - 1,
        ["length"] = (long)elements.Count,
        ["previtem"] = i > 0 ? elements[i - 1] : new Undefined("previtem"),
        ["nextitem"] = i + 1 < elements.Count ? elements[i + 1] : new Undefined("nextitem"),
        ["cycle"] = (Callable)((run, a) => a.Places.Count > 0 ? a.Places[i % a.Places.Count] : throw run.Bad("cycle is given nothing")),
    };
}

internal sealed record Jump(int Line, Flow Flow) : Statement(Line)
{
    protected override Flow Run(TemplateRun run, Scope scope) => Flow;
}

/// <summary>What needs no more than its body: generation, which marks a span for training.</summary>
internal sealed record Block(int Line, List<Statement> Body) : Statement(Line)
{
    protected override Flow Run(TemplateRun run, Scope scope) => Run(Body, run, scope);
}

internal sealed record Macro(int Line, string Name, List<(string Name, Expression? Default)> Parameters, List<Statement> Body) : Statement(Line)
{
    protected override Flow Run(TemplateRun run, Scope scope)
    {
        scope[Name] = (Callable)((caller, arguments) => caller.Deeper(() => Call(caller, scope, arguments)));
        return Flow.On;
    }

    private object? Call(TemplateRun run, Scope outer, Arguments arguments)
    {
        if (arguments.Places.Count > Parameters.Count || arguments.Names.Keys.FirstOrDefault(n => Parameters.TrueForAll(p => p.Name != n)) is not null)
            throw run.Bad($"macro '{Name}' is given arguments that it does not have");
        var scope = new Scope(outer);
        for (var i = 0; i < Parameters.Count; i++)
        {
            var (name, otherwise) = Parameters[i];
            var given = i < arguments.Places.Count ? arguments.Places[i] : arguments.Names.TryGetValue(name, out var named) ? named : null;
            var isGiven = i < arguments.Places.Count || arguments.Names.ContainsKey(name);
            scope[name] = isGiven ? given : otherwise is null ? new Undefined(name) : otherwise.Of(run, scope);
        }
        return run.Capture(() => Run(Body, run, scope));
    }
}
