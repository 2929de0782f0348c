namespace Assay.Engine.Language.Templates;

/// <summary>Parts of values: attributes, items, slices, elements.</summary>
internal static class Accesses
{
    public static object? Attribute(TemplateRun run, object? value, string name)
    {
        if (value is Undefined undefined)
            throw run.Bad($"'{undefined.Name}' is undefined, so it has no '{name}'");
        // As in Jinja, a method goes before an item of the same name.
        if (Methods.Find(value, name) is { } method)
            return method;
        return value is Mapping map && map.TryGetValue(name, out var item) ? item : new Undefined(name);
    }

    public static object? Item(TemplateRun run, object? value, object? index)
    {
        switch (value, index)
        {
            case (Undefined undefined, _):
                throw run.Bad($"'{undefined.Name}' is undefined, so it has no item");
            case (Mapping map, string key):
                run.Spend(key.Length);
                return map.TryGetValue(key, out var item) ? item : Methods.Find(value, key) is { } method ? method : new Undefined(key);
            case (List<object?> list, long at):
                return Place(at, list.Count) is { } i ? list[i] : new Undefined($"item {at}");
            case (string text, long at):
                return Place(at, text.Length) is { } j ? text[j].ToString() : new Undefined($"character {at}");
            default:
                return new Undefined(Values.Text(index is string or long ? index : "item"));
        }

        static int? Place(long at, int count) => at < 0 && at + count >= 0 ? (int)(at + count) : at >= 0 && at < count ? (int)at : null;
    }

    public static object? Slice(TemplateRun run, object? value, object? from, object? to, object? step)
    {
        var count = value switch { string s => s.Length, List<object?> l => l.Count, Undefined => 0, _ => throw run.Bad($"{Values.Kind(value)} has no slices") };
        run.Spend(count);
        var by = Whole(step) ?? 1;
        if (by == 0)
            throw run.Bad("the step of a slice is 0");
        var (first, last) = by > 0
            ? (Bound(Whole(from), 0, 0, count), Bound(Whole(to), count, 0, count))
            : (Bound(Whole(from), count - 1, -1, count - 1), Bound(Whole(to), -1, -1, count - 1));
        var places = new List<int>();
        for (var i = first; by > 0 ? i < last : i > last; i += Math.Clamp(by, -count - 1, count + 1))
            places.Add((int)i);
        return value is string text ? string.Concat(places.Select(i => text[i])) : value is List<object?> list ? places.ConvertAll(i => list[i]) : value;

        long Bound(long? bound, long otherwise, long least, long most) => bound is not { } b ? otherwise : Math.Clamp(b < 0 ? b + count : b, least, most);

        long? Whole(object? bound) => bound switch { null => null, long n => Math.Clamp(n, -1L << 40, 1L << 40), _ => throw run.Bad($"a slice's bound is {Values.Kind(bound)}") };
    }

    /// <summary>What a loop goes through: elements, keys, or characters.</summary>
    public static List<object?> Elements(TemplateRun run, object? value)
    {
        switch (value)
        {
            case List<object?> list:
                return list;
            case Mapping map:
                run.Spend(16L * map.Count);
                return [.. map.Keys];
            case string text:
                run.Spend(16L * text.Length);
                return [.. text.EnumerateRunes().Select(r => (object?)r.ToString())];
            case Undefined:
                return [];
            default:
                throw run.Bad($"{Values.Kind(value)} has no elements");
        }
    }

    /// <summary>The key and value of each item, each as a list of two.</summary>
    public static List<object?> Pairs(Mapping map) => [.. map.Select(p => (object?)new List<object?> { p.Key, p.Value })];
}
