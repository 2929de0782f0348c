namespace Assay.Engine.Language.Templates;

/// <summary>The methods of strings and mappings.</summary>
internal static class Methods
{
    /// <summary>The method of that name; null where the value has none.</summary>
    public static Callable? Find(object? value, string name) => value switch
    {
        string text => OfText(text, name),
        Mapping { IsNamespace: false } map => OfMapping(map, name),
        _ => null,
    };

    private static Callable? OfMapping(Mapping map, string name) => name switch
    {
        "items" => (run, _) => Spent(run, map.Count, Accesses.Pairs(map)),
        "keys" => (run, _) => Spent(run, map.Count, map.Keys.Select(k => (object?)k).ToList()),
        "values" => (run, _) => Spent(run, map.Count, map.Values.ToList()),
        "get" => (_, a) => map.TryGetValue(a.Get(0, "key") as string ?? "", out var value) && a.Get(0, "key") is string ? value : a.Get(1, "default"),
        _ => null,
    };

    private static Callable? OfText(string text, string name) => name switch
    {
        "strip" => (run, a) => Spent(run, text.Length, text.Trim(Characters(run, a))),
        "lstrip" => (run, a) => Spent(run, text.Length, text.TrimStart(Characters(run, a))),
        "rstrip" => (run, a) => Spent(run, text.Length, text.TrimEnd(Characters(run, a))),
        "upper" => (run, _) => Spent(run, text.Length, text.ToUpperInvariant()),
        "lower" => (run, _) => Spent(run, text.Length, text.ToLowerInvariant()),
        "capitalize" => (run, _) => Spent(run, text.Length, Filters.Capitalized(text)),
        "title" => (run, _) => Spent(run, text.Length, Filters.Titled(text)),
        "startswith" => (run, a) => Any(run, a, part => text.StartsWith(part, StringComparison.Ordinal)),
        "endswith" => (run, a) => Any(run, a, part => text.EndsWith(part, StringComparison.Ordinal)),
        "removeprefix" => (run, a) => Spent(run, text.Length, text.StartsWith(Part(run, a, 0), StringComparison.Ordinal) ? text[Part(run, a, 0).Length..] : text),
        "removesuffix" => (run, a) => Spent(run, text.Length, text.EndsWith(Part(run, a, 0), StringComparison.Ordinal) ? text[..^Part(run, a, 0).Length] : text),
        "find" => (run, a) => Spent(run, text.Length, (long)text.IndexOf(Part(run, a, 0), StringComparison.Ordinal)),
        "rfind" => (run, a) => Spent(run, text.Length, (long)text.LastIndexOf(Part(run, a, 0), StringComparison.Ordinal)),
        "count" => (run, a) => Spent(run, text.Length, Part(run, a, 0) is { Length: > 0 } part ? text.Split(part).Length - 1L : text.Length + 1L),
        "replace" => (run, a) => Replace(run, text, Part(run, a, 0), Part(run, a, 1), a.Get(2, "count") as long? ?? -1),
        "split" => (run, a) => Split(run, text, a),
        "rsplit" => (run, a) => a.Get(1, "maxsplit") is null ? Split(run, text, a) : throw run.Bad("rsplit with a limit is not supported"),
        "splitlines" => (run, _) => Spent(run, 16L * text.Length, Lines(text)),
        "join" => (run, a) => Filters.Join(run, Accesses.Elements(run, a.Get(0, "iterable")), text),
        "isdigit" => (run, _) => Spent(run, text.Length, text.Length > 0 && text.All(char.IsDigit)),
        "isalpha" => (run, _) => Spent(run, text.Length, text.Length > 0 && text.All(char.IsLetter)),
        "isupper" => (run, _) => Spent(run, text.Length, text.Any(char.IsUpper) && !text.Any(char.IsLower)),
        "islower" => (run, _) => Spent(run, text.Length, text.Any(char.IsLower) && !text.Any(char.IsUpper)),
        _ => null,
    };

    public static string Replace(TemplateRun run, string text, string old, string by, long count)
    {
        if (old.Length == 0)
            throw run.Bad("replace is given nothing to replace");
        var parts = count < 0 ? text.Split(old) : text.Split(old, (int)(Math.Min(count, int.MaxValue - 1) + 1));
        run.Spend(text.Length + ((parts.Length - 1L) * by.Length));
        return string.Join(by, parts);
    }

    private static List<object?> Split(TemplateRun run, string text, Arguments a)
    {
        run.Spend(16L * text.Length);
        var most = a.Get(1, "maxsplit") as long? ?? -1;
        if (a.Get(0, "sep") is string separator)
        {
            if (separator.Length == 0)
                throw run.Bad("split is given an empty separator");
            return [.. text.Split(separator, most < 0 ? int.MaxValue : (int)(Math.Min(most, int.MaxValue - 1) + 1))];
        }
        if (most >= 0)
            throw run.Bad("split at white space with a limit is not supported");
        return [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
    }

    private static List<object?> Lines(string text)
    {
        var lines = text.Split('\n').Select(l => (object?)l.TrimEnd('\r')).ToList();
        if (lines[^1] is "")
            lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    private static bool Any(TemplateRun run, Arguments a, Func<string, bool> holds) => a.Get(0, "prefix") switch
    {
        string part => Spent(run, part.Length, holds(part)),
        List<object?> parts => parts.Exists(p => p is string part && Spent(run, part.Length, holds(part))),
        var other => throw run.Bad($"startswith and endswith want a string, not {Values.Kind(other)}"),
    };

    private static string Part(TemplateRun run, Arguments a, int place) =>
        a.Get(place, place == 0 ? "old" : "new") as string ?? throw run.Bad($"a string is wanted, not {Values.Kind(a.Get(place, "old"))}");

    // What strip takes away: the characters given, else white space.
    private static char[]? Characters(TemplateRun run, Arguments a) => a.Get(0, "chars") switch
    {
        null => null,
        string characters => characters.Length > 0 ? characters.ToCharArray() : ['\uFFFF'],
        var other => throw run.Bad($"strip wants a string, not {Values.Kind(other)}"),
    };

    private static T Spent<T>(TemplateRun run, long length, T value)
    {
        run.Spend(length);
        return value;
    }
}
