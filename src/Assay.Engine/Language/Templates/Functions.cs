namespace Assay.Engine.Language.Templates;

/// <summary>The functions that every template has.</summary>
internal static class Functions
{
    private static readonly Dictionary<string, Callable> Globals = new()
    {
        ["range"] = Range,
        ["namespace"] = (run, a) => Named(run, a, new Mapping(isNamespace: true)),
        ["dict"] = (run, a) => Named(run, a, new Mapping()),
        ["raise_exception"] = (run, a) => throw TemplateErrors.Raised(Values.Text(a.Get(0, "message", ""))),
        ["strftime_now"] = (run, a) => run.Now(a.Get(0, "format") as string ?? throw run.Bad("strftime_now is given no format")),
    };

    public static Callable? Global(string name) => Globals.GetValueOrDefault(name);

    private static object? Range(TemplateRun run, Arguments a)
    {
        var bounds = a.Places.Select(p => p as long? ?? throw run.Bad($"range is given {Values.Kind(p)}")).ToList();
        if (bounds.Count is 0 or > 3 || (bounds.Count == 3 && bounds[2] == 0))
            throw run.Bad("range takes one to three numbers, the last not 0");
        var (from, to, step) = bounds.Count == 1 ? (0, bounds[0], 1) : (bounds[0], bounds[1], bounds.Count == 3 ? bounds[2] : 1);
        var count = step > 0 ? ((Int128)to - from + step - 1) / step : ((Int128)from - to - step - 1) / -(Int128)step;
        if (count > 100_000)
            throw run.Bad("range is longer than 100000");
        var result = new List<object?>();
        for (var i = 0L; i < (long)count; i++)
            result.Add(from + (i * step));
        run.Spend(16L * result.Count);
        return result;
    }

    private static Mapping Named(TemplateRun run, Arguments a, Mapping map)
    {
        foreach (var place in a.Places)
            foreach (var (key, value) in place as Mapping ?? throw run.Bad("namespace and dict take names and mappings"))
            {
                run.Spend(key.Length);
                map[key] = value;
            }
        foreach (var (name, value) in a.Names)
            map[name] = value;
        return map;
    }
}
