namespace Assay.Engine.Language.Templates;

/// <summary>value is name(arguments).</summary>
internal static class Tests
{
    public static readonly HashSet<string> Names =
    [
        "defined", "undefined", "none", "string", "mapping", "iterable", "sequence", "number", "integer", "float", "boolean", "true", "false", "callable", "even", "odd",
        "divisibleby", "in", "eq", "equalto", "==", "ne", "!=", "lt", "lessthan", "<", "le", "<=", "gt", "greaterthan", ">", "ge", ">=", "sameas", "lower", "upper",
    ];

    public static bool Holds(TemplateRun run, string name, object? value, Arguments a)
    {
        run.Spend(name is "lower" or "upper" && value is string text ? text.Length : 0);
        return Of(run, name, value, a);
    }

    private static bool Of(TemplateRun run, string name, object? value, Arguments a) => name switch
    {
        "defined" => value is not Undefined,
        "undefined" => value is Undefined,
        "none" => value is null,
        "string" => value is string,
        "mapping" => value is Mapping,
        "iterable" => value is string or List<object?> or Mapping or Undefined,
        "sequence" => value is string or List<object?> or Mapping or Undefined,
        "number" => Values.IsNumber(value),
        "integer" => value is long,
        "float" => value is double,
        "boolean" => value is bool,
        "true" => value is true,
        "false" => value is false,
        "callable" => value is Callable,
        "even" or "odd" => Whole(run, name, value) % 2 == 0 == (name == "even"),
        "divisibleby" => Whole(run, name, a.Get(0, "num")) is not 0 and var by ? by == -1 || Whole(run, name, value) % by == 0 : throw run.Bad("division by zero"),
        "in" => Arithmetic.Contains(run, a.Get(0, "seq"), value),
        "eq" or "equalto" or "==" => Arithmetic.Holds(run, "==", value, a.Get(0, "other")),
        "ne" or "!=" => Arithmetic.Holds(run, "!=", value, a.Get(0, "other")),
        "lt" or "lessthan" or "<" => Arithmetic.Holds(run, "<", value, a.Get(0, "other")),
        "le" or "<=" => Arithmetic.Holds(run, "<=", value, a.Get(0, "other")),
        "gt" or "greaterthan" or ">" => Arithmetic.Holds(run, ">", value, a.Get(0, "other")),
        "ge" or ">=" => Arithmetic.Holds(run, ">=", value, a.Get(0, "other")),
        "sameas" => value?.GetType() == a.Get(0, "other")?.GetType() && Values.AreEqual(run, value, a.Get(0, "other")),
        "lower" => value is string low && low == low.ToLowerInvariant(),
        "upper" => value is string up && up == up.ToUpperInvariant(),
        _ => throw run.Bad($"test '{name}' is not supported"),
    };

    private static long Whole(TemplateRun run, string name, object? value) => value as long? ?? throw run.Bad($"'{name}' is not asked of {Values.Kind(value)}");
}
