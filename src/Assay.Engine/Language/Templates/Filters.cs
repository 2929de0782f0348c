using System.Globalization;
using System.Text;

namespace Assay.Engine.Language.Templates;

/// <summary>value | name(arguments): the filters of Jinja that chat templates use.</summary>
internal static class Filters
{
    public static readonly HashSet<string> Names =
    [
        "trim", "tojson", "length", "count", "upper", "lower", "capitalize", "title", "string", "int", "float", "abs", "join", "first", "last", "default", "d", "list",
        "replace", "items", "dictsort", "reverse", "sort", "unique", "map", "select", "reject", "selectattr", "rejectattr", "indent", "round", "safe", "min", "max", "sum",
    ];

    public static object? Apply(TemplateRun run, string name, object? value, Arguments a)
    {
        run.Spend(value switch { string text => text.Length, Mapping map => 16L * map.Count, _ => 0 });
        switch (name)
        {
            case "default" or "d":
                return value is Undefined || (Values.IsTrue(a.Get(1, "boolean", false)) && !Values.IsTrue(value)) ? a.Get(0, "default_value", "") : value;
            case "string" or "safe":
                return Arithmetic.Text(run, value);
            case "trim":
                return Arithmetic.Text(run, value).Trim(a.Get(0, "chars") is string { Length: > 0 } chars ? chars.ToCharArray() : null);
            case "upper":
                return Arithmetic.Text(run, value).ToUpperInvariant();
            case "lower":
                return Arithmetic.Text(run, value).ToLowerInvariant();
            case "capitalize":
                return Capitalized(Arithmetic.Text(run, value));
            case "title":
                return Titled(Arithmetic.Text(run, value));
            case "tojson":
                return Json(run, value, a);
            case "length" or "count":
                return value switch { string s => (long)s.EnumerateRunes().Count(), List<object?> l => l.Count, Mapping m => m.Count, Undefined => 0L, _ => throw run.Bad($"{Values.Kind(value)} has no length") };
            case "replace":
                return Methods.Replace(run, Arithmetic.Text(run, value), Arithmetic.Text(run, a.Get(0, "old")), Arithmetic.Text(run, a.Get(1, "new")), a.Get(2, "count") as long? ?? -1);
            case "indent":
                return Indented(run, Arithmetic.Text(run, value), a);
            case "items":
                return value is Mapping pairs ? Accesses.Pairs(pairs) : value is Undefined ? new List<object?>() : throw run.Bad($"{Values.Kind(value)} has no items");
            case "dictsort":
                foreach (var key in value is Mapping keyed ? keyed.Keys : Enumerable.Empty<string>())
                    run.Spend(key.Length);
                return value is Mapping dictionary
                    ? dictionary.OrderBy(p => p.Key.ToLowerInvariant(), StringComparer.Ordinal).Select(p => (object?)new List<object?> { p.Key, p.Value }).ToList()
                    : throw run.Bad($"{Values.Kind(value)} is not sorted by dictsort");
            case "reverse" when value is string forward:
                return string.Concat(forward.Reverse());
            case "int" or "float" or "abs" or "round":
                return Number(run, name, value, a);
            // Jinja's loops over nothing at all, none included.
            case "map" or "select" or "reject" or "selectattr" or "rejectattr" when !Values.IsTrue(value):
                return new List<object?>();
            default:
                return OfList(run, name, Accesses.Elements(run, value), a);
        }
    }

    public static string Join(TemplateRun run, List<object?> elements, string separator)
    {
        var result = new StringBuilder();
        foreach (var element in elements)
        {
            if (result.Length > 0 || !ReferenceEquals(element, elements[0]))
                result.Append(separator);
            result.Append(Arithmetic.Text(run, element));
            run.Spend(separator.Length);
            if (result.Length > TemplateRun.MostCharacters)
                throw run.Bad("a joined text is too long");
        }
        return result.ToString();
    }

    public static string Capitalized(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();

    public static string Titled(string text)
    {
        var (result, begins) = (new StringBuilder(), true);
        foreach (var c in text)
        {
            result.Append(begins ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c));
            begins = !char.IsLetter(c);
        }
        return result.ToString();
    }

    private static object? OfList(TemplateRun run, string name, List<object?> elements, Arguments a)
    {
        run.Spend(16L * elements.Count);
        switch (name)
        {
            case "list":
                return elements;
            case "join":
                var parts = a.Get(1, "attribute") is string attribute ? elements.ConvertAll(e => Path(run, e, attribute)) : elements;
                return Join(run, parts, Arithmetic.Text(run, a.Get(0, "d", "")));
            case "first":
                return elements.Count > 0 ? elements[0] : new Undefined("the first of nothing");
            case "last":
                return elements.Count > 0 ? elements[^1] : new Undefined("the last of nothing");
            case "reverse":
                return Enumerable.Reverse(elements).ToList();
            case "sort":
                return Sorted(run, elements, a);
            case "unique":
                var seen = new List<object?>();
                foreach (var element in elements)
                    if (!Arithmetic.Contains(run, seen, element))
                        seen.Add(element);
                return seen;
            case "min" or "max":
                return elements.Count == 0 ? new Undefined(name) : Sorted(run, elements, Arguments.None)[name == "min" ? 0 : ^1];
            case "sum":
                return elements.Aggregate((object?)0L, (sum, element) => Arithmetic.Apply(run, "+", sum, element));
            case "map":
                return a.Names.TryGetValue("attribute", out var path)
                    ? elements.ConvertAll(e => Path(run, e, path as string ?? "") is Undefined && a.Names.TryGetValue("default", out var otherwise) ? otherwise : Path(run, e, path as string ?? ""))
                    : elements.ConvertAll(e => Apply(run, Known(run, a.Get(0, "filter")), e, new([.. a.Places.Skip(1)], a.Names)));
            case "select" or "reject":
                return elements.FindAll(e => Passes(run, e, a, 0) == (name == "select"));
            case "selectattr" or "rejectattr":
                var key = a.Get(0, "attribute") as string ?? throw run.Bad($"{name} is given no attribute");
                return elements.FindAll(e => Passes(run, Path(run, e, key), a, 1) == (name == "selectattr"));
            default:
                throw run.Bad($"filter '{name}' is not supported");
        }
    }

    // The test named by the argument at a place, with those after it; none: whether the value is true.
    private static bool Passes(TemplateRun run, object? value, Arguments a, int place) =>
        a.Places.Count <= place ? Values.IsTrue(value) : Tests.Holds(run, a.Places[place] as string ?? "", value, new([.. a.Places.Skip(place + 1)], a.Names));

    private static object? Path(TemplateRun run, object? value, string path) => Parts(run, path).Aggregate(value, (v, name) => v is Mapping map && map.TryGetValue(name, out var item) ? item : Accesses.Attribute(run, v, name));

    private static string[] Parts(TemplateRun run, string path)
    {
        run.Spend(16L * path.Length);
        return path.Split('.');
    }

    private static List<object?> Sorted(TemplateRun run, List<object?> elements, Arguments a)
    {
        var (path, isFolded) = (a.Get(2, "attribute") as string, !Values.IsTrue(a.Get(1, "case_sensitive", false)));
        var keys = elements.Select((e, i) => (Key: Fold(path is null ? e : Path(run, e, path)), Element: e, Place: i)).ToList();
        run.Spend(16L * elements.Count * (1 + System.Numerics.BitOperations.Log2((uint)elements.Count + 1)));
        // A comparison that throws would come out of Sort wrapped.
        for (var i = 1; i < keys.Count; i++)
            if (Values.Compare(run, keys[0].Key, keys[i].Key) is null)
                throw run.Bad($"{Values.Kind(keys[0].Key)} and {Values.Kind(keys[i].Key)} have no order");
        keys.Sort((x, y) => Values.Compare(run, x.Key, y.Key) is { } order and not 0 ? order : x.Place.CompareTo(y.Place));
        var sorted = keys.ConvertAll(k => k.Element);
        if (Values.IsTrue(a.Get(0, "reverse", false)))
            sorted.Reverse();
        return sorted;

        object? Fold(object? key)
        {
            run.Spend(key is string text ? text.Length : 0);
            return isFolded && key is string folded ? folded.ToLowerInvariant() : key;
        }
    }

    private static object? Number(TemplateRun run, string name, object? value, Arguments a)
    {
        var number = value switch
        {
            bool or long => Values.Whole(value),
            double d => d,
            string s when name == "int" && long.TryParse(s.Trim(), CultureInfo.InvariantCulture, out var whole) => whole,
            string s when double.TryParse(s.Trim(), CultureInfo.InvariantCulture, out var real) => real,
            _ => name is "int" or "float" ? a.Get(0, "default", name == "int" ? 0L : 0.0) : throw run.Bad($"{name} is not for {Values.Kind(value)}"),
        };
        return (name, number) switch
        {
            ("int", double d) => double.IsFinite(d) && Math.Abs(d) < 9e18 ? (long)d : throw run.Bad("a number is too large"),
            ("float", long n) => (double)n,
            ("abs", long n) => n == long.MinValue ? throw run.Bad("a number is too large") : Math.Abs(n),
            ("abs", double d) => Math.Abs(d),
            ("round", _) when IsNumeric(number) => Math.Round(Values.Number(number), (int)Math.Clamp(a.Get(0, "precision") as long? ?? 0, 0, 15), MidpointRounding.ToEven),
            _ => number,
        };

        static bool IsNumeric(object? value) => Values.IsNumber(value);
    }

    // The arguments are those of transformers' own tojson.
    private static string Json(TemplateRun run, object? value, Arguments a)
    {
        if (a.Places.Count > 2 || a.Names.Keys.Any(n => n is not ("indent" or "ensure_ascii")))
            throw run.Bad("tojson with separators or sort_keys is not supported");
        var output = new StringBuilder();
        try
        {
            Values.Json(output, value, a.Get(1, "indent") is long indent ? (int)Math.Clamp(indent, 0, 16) : null);
        }
        catch (FormatException e)
        {
            throw run.Bad(e.Message);
        }
        run.Spend(output.Length);
        return Values.IsTrue(a.Get(0, "ensure_ascii")) ? string.Concat(output.ToString().Select(c => c < 0x80 ? c.ToString() : $"\\u{(int)c:x4}")) : output.ToString();
    }

    private static string Indented(TemplateRun run, string text, Arguments a)
    {
        var by = new string(' ', (int)Math.Clamp(a.Get(0, "width") as long? ?? 4, 0, 100));
        var lines = text.Split('\n');
        run.Spend(text.Length + ((long)by.Length * lines.Length));
        for (var i = Values.IsTrue(a.Get(1, "first", false)) ? 0 : 1; i < lines.Length; i++)
            if (lines[i].Length > 0 || Values.IsTrue(a.Get(2, "blank", false)))
                lines[i] = by + lines[i];
        return string.Join('\n', lines);
    }

    private static string Known(TemplateRun run, object? name) =>
        name is string text && Names.Contains(text) ? text : throw run.Bad($"filter '{Values.Text(name is string ? name : "")}' is not supported");
}
