using System.Text.Json;
using Assay.Engine.Models;

namespace Assay.Engine.Language.Grammars;

/// <summary>
/// A JSON schema (2020-12; a subset) as part of a grammar. Every text of the grammar is valid by the schema, but for `oneOf`, which is read as `anyOf`; not every
/// valid text is in the grammar: properties keep their order, and what a schema does not name is not written.
/// </summary>
internal sealed class JsonSchemaCompiler(GrammarBuilder builder, JsonTexts json, JsonElement root)
{
    /// <summary>Items, characters and alternatives that are counted at most.</summary>
    private const int MostCounted = 1024;

    private const int MostDepth = 256;

    private const long MostInteger = 9_999_999_999_999_999;

    private static readonly HashSet<string> Annotations =
    [
        "$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "example", "deprecated", "readOnly", "writeOnly",
        "format", "contentEncoding", "contentMediaType", "strict", "nullable",
    ];

    private static readonly string[] ObjectWords = ["properties", "required", "additionalProperties"];
    private static readonly string[] ArrayWords = ["items", "minItems", "maxItems", "uniqueItems"];
    private static readonly string[] StringWords = ["minLength", "maxLength"];
    private static readonly string[] NumberWords = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];
    private static readonly string[] Combiners = ["$ref", "anyOf", "oneOf", "allOf", "enum", "const"];

    private readonly Dictionary<string, int> references = [];
    private int depth;

    /// <summary>The schema's values, and then <paramref name="next"/>.</summary>
    public int Compile(int next) => Reading(() => Value(root, "#", next));

    // A schema's strings may hold lone surrogates, which have no text.
    private static int Reading(Func<int> compile)
    {
        try
        {
            return compile();
        }
        catch (InvalidOperationException e)
        {
            throw new ModelException("the schema has a string that is not valid Unicode", e);
        }
    }

    private int Value(JsonElement schema, string at, int next)
    {
        if (depth >= MostDepth)
            throw Bad(at, $"schemas within each other, references included, are more than {MostDepth}");
        depth++;
        var node = Described(schema, at, next);
        depth--;
        return node;
    }

    private int Described(JsonElement schema, string at, int next)
    {
        if (schema.ValueKind == JsonValueKind.True)
            return json.Any(next);
        if (schema.ValueKind != JsonValueKind.Object)
            throw Bad(at, $"a schema is an object or true, not {Kind(schema)}");
        RefuseUnknown(schema, at);
        var nullable = schema.TryGetProperty("nullable", out var n) && n.ValueKind == JsonValueKind.True;
        if (Combiners.FirstOrDefault(c => schema.TryGetProperty(c, out _)) is { } combiner)
        {
            var node = Combined(schema, combiner, at, next);
            return nullable ? builder.Choice(node, json.Literal("null", next)) : node;
        }
        var types = Types(schema, at);
        if (types.Count == 0)
            return json.Any(next);
        if (nullable && !types.Contains("null"))
            types.Add("null");
        return builder.Choice([.. types.Select(type => OfType(schema, type, at, next))]);
    }

    private int Combined(JsonElement schema, string combiner, string at, int next)
    {
        foreach (var property in schema.EnumerateObject())
            if (!Annotations.Contains(property.Name) && property.Name != combiner && !(property.Name == "type" && combiner is "enum" or "const"))
                throw Bad(at, $"'{property.Name}' beside '{combiner}' is not supported");
        var value = schema.GetProperty(combiner);
        switch (combiner)
        {
            case "$ref":
                return builder.Call(Reference(value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Bad(at, "'$ref' is no string")), next);
            case "const":
                return Literals(schema, [value], at, next);
            case "enum":
                return Literals(schema, [.. List(value, at, "enum")], at, next);
            case "allOf":
                var all = List(value, at, "allOf");
                return all.Count == 1 ? Value(all[0], at + "/allOf/0", next) : throw Bad(at, "'allOf' of several schemas is not supported");
            default:
                return builder.Choice([.. List(value, at, combiner).Select((s, i) => Value(s, $"{at}/{combiner}/{i}", next))]);
        }
    }

    // One rule for each schema that is referred to; it may be referred to from within.
    private int Reference(string pointer)
    {
        if (references.TryGetValue(pointer, out var rule))
            return rule;
        if (references.Count >= MostCounted)
            throw new ModelException($"the schema has more than {MostCounted} references");
        references[pointer] = rule = builder.NewRule(isContainer: false);
        builder.Define(rule, Value(Resolve(pointer), pointer, GrammarBuilder.Return));
        return rule;
    }

    private JsonElement Resolve(string pointer)
    {
        if (pointer != "#" && !pointer.StartsWith("#/", StringComparison.Ordinal))
            throw new ModelException($"'$ref' to {pointer}: only references within the schema are supported, such as #/$defs/Name");
        var target = root;
        foreach (var part in pointer.Split('/')[1..])
        {
            var name = Uri.UnescapeDataString(part).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (target.ValueKind != JsonValueKind.Object || !target.TryGetProperty(name, out target))
                throw new ModelException($"'$ref' to {pointer}, which the schema does not have");
        }
        return target;
    }

    private int OfType(JsonElement schema, string type, string at, int next) => type switch
    {
        "string" => String(schema, at, next),
        "number" => NumberWords.FirstOrDefault(w => schema.TryGetProperty(w, out _)) is { } word
            ? throw Bad(at, $"'{word}' of a number is not supported (of an integer it is)")
            : json.Number(next),
        "integer" => Integer(schema, at, next),
        "boolean" => builder.Choice(json.Literal("true", next), json.Literal("false", next)),
        "null" => json.Literal("null", next),
        "array" => Array(schema, at, next),
        "object" => Object(schema, at, next),
        _ => throw Bad(at, $"type '{type}' is none of string, number, integer, boolean, null, array, object"),
    };

    private int String(JsonElement schema, string at, int next)
    {
        var (least, most) = Counts(schema, at, "minLength", "maxLength");
        return least == 0 && most is null ? json.String(next) : json.String(least, most, next);
    }

    private int Integer(JsonElement schema, string at, int next)
    {
        if (!NumberWords.Any(w => schema.TryGetProperty(w, out _)))
            return json.Integer(next);
        var least = Math.Max(Bound("minimum", -MostInteger), Bound("exclusiveMinimum", -MostInteger - 1) + 1);
        var most = Math.Min(Bound("maximum", MostInteger), Bound("exclusiveMaximum", MostInteger + 1) - 1);
        return least <= most ? json.Integer(least, most, next) : throw Bad(at, "no integer is within its bounds");

        long Bound(string word, long otherwise)
        {
            if (!schema.TryGetProperty(word, out var bound))
                return otherwise;
            if (bound.ValueKind == JsonValueKind.Number && bound.TryGetDecimal(out var number) && number == decimal.Truncate(number))
                return (long)Math.Clamp(number, -MostInteger - 1, MostInteger + 1);
            throw Bad(at, $"'{word}' of an integer is a whole number");
        }
    }

    private int Array(JsonElement schema, string at, int next)
    {
        if (schema.TryGetProperty("uniqueItems", out var unique) && unique.ValueKind != JsonValueKind.False)
            throw Bad(at, "'uniqueItems' is not supported");
        var (least, most) = Counts(schema, at, "minItems", "maxItems");
        // Items stand in several places of the array, so they are a rule of their own.
        var item = builder.NewRule(isContainer: false);
        builder.Define(item, schema.TryGetProperty("items", out var items) ? Value(items, at + "/items", GrammarBuilder.Return) : json.Any(GrammarBuilder.Return));
        var rule = builder.NewRule(isContainer: true);
        builder.Define(rule, json.Array(n => builder.Call(item, n), least, most, GrammarBuilder.Return));
        return builder.Call(rule, next);
    }

    private int Object(JsonElement schema, string at, int next)
    {
        var properties = new List<(string Name, bool IsRequired, Func<int, int> Value)>();
        var required = schema.TryGetProperty("required", out var list) ? List(list, at, "required", empty: true).ConvertAll(r => r.GetString()!) : [];
        var names = new HashSet<string>();
        if (schema.TryGetProperty("properties", out var named))
            foreach (var property in Members(named, at))
            {
                if (!names.Add(property.Name))
                    throw Bad(at, $"property '{property.Name}' is listed twice");
                var value = builder.NewRule(isContainer: false);
                builder.Define(value, Value(property.Value, $"{at}/properties/{property.Name}", GrammarBuilder.Return));
                properties.Add((property.Name, required.Contains(property.Name), n => builder.Call(value, n)));
            }
        if (required.Find(r => !names.Contains(r)) is { } missing)
            throw Bad(at, $"'required' names '{missing}', which is not among its 'properties'");

        var rule = builder.NewRule(isContainer: true);
        var isOpen = schema.TryGetProperty("additionalProperties", out var others) && others.ValueKind != JsonValueKind.False;
        if (properties.Count == 0 && (isOpen || !schema.TryGetProperty("properties", out _)) && others.ValueKind != JsonValueKind.False)
        {
            if (!isOpen || others.ValueKind == JsonValueKind.True)
                return json.AnyObject(next);
            var value = builder.NewRule(isContainer: false);
            builder.Define(value, Value(others, at + "/additionalProperties", GrammarBuilder.Return));
            builder.Define(rule, json.Map(n => builder.Call(value, n), GrammarBuilder.Return));
        }
        else
            builder.Define(rule, json.Object(properties, GrammarBuilder.Return));
        return builder.Call(rule, next);
    }

    // The texts of the values, as one tree, so that equal beginnings are gone through once.
    private int Literals(JsonElement schema, List<JsonElement> values, string at, int next)
    {
        var types = schema.TryGetProperty("type", out _) ? Types(schema, at) : null;
        var texts = values.Where(v => types is null || types.Contains(Kind(v)) || (types.Contains("integer") && IsInteger(v))).Select(Text).Distinct().ToList();
        if (texts.Count == 0)
            throw Bad(at, "no value of 'enum' is of its 'type'");
        return Tree([.. texts.Select(System.Text.Encoding.UTF8.GetBytes)], 0);

        int Tree(List<byte[]> texts, int depth)
        {
            var ways = new List<int>();
            foreach (var group in texts.Where(t => t.Length > depth).GroupBy(t => t[depth]).OrderBy(g => g.Key))
            {
                List<byte[]> same = [.. group];
                // What all of them share is no branch.
                var end = same.Aggregate(same[0].Length, (shared, t) => Math.Min(shared, same[0].AsSpan().CommonPrefixLength(t)));
                ways.Add(builder.Literal(same[0].AsSpan(depth..end), same.Count == 1 ? next : Tree(same, end)));
            }
            if (texts.Exists(t => t.Length == depth))
                ways.Add(next);
            return builder.Choice([.. ways]);
        }
    }

    private static bool IsInteger(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _);

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => JsonTexts.Quote(value.GetString()!),
        JsonValueKind.Array => $"[{string.Join(',', value.EnumerateArray().Select(Text))}]",
        JsonValueKind.Object => $"{{{string.Join(',', value.EnumerateObject().Select(p => $"{JsonTexts.Quote(p.Name)}:{Text(p.Value)}"))}}}",
        _ => value.GetRawText(),
    };

    private static List<string> Types(JsonElement schema, string at)
    {
        if (schema.TryGetProperty("type", out var type))
            return type.ValueKind == JsonValueKind.String ? [type.GetString()!]
                : [.. List(type, at, "type").Select(t => t.ValueKind == JsonValueKind.String ? t.GetString()! : throw Bad(at, "'type' lists what is no string")).Distinct()];
        if (ObjectWords.Any(w => schema.TryGetProperty(w, out _)))
            return ["object"];
        if (ArrayWords.Any(w => schema.TryGetProperty(w, out _)))
            return ["array"];
        if (StringWords.Any(w => schema.TryGetProperty(w, out _)))
            return ["string"];
        return NumberWords.Any(w => schema.TryGetProperty(w, out _)) ? ["integer"] : [];
    }

    private static (int Least, int? Most) Counts(JsonElement schema, string at, string leastWord, string mostWord)
    {
        var (least, most) = (Count(leastWord), Count(mostWord));
        if (least > most)
            throw Bad(at, $"'{leastWord}' is above '{mostWord}'");
        return (least ?? 0, most);

        int? Count(string word)
        {
            if (!schema.TryGetProperty(word, out var value))
                return null;
            if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) && count is >= 0 and <= MostCounted)
                return (int)count;
            throw Bad(at, $"'{word}' is {value.GetRawText()}: a whole number up to {MostCounted} is supported");
        }
    }

    private static void RefuseUnknown(JsonElement schema, string at)
    {
        foreach (var property in schema.EnumerateObject())
            if (property.Name != "type" && !Annotations.Contains(property.Name) && !property.Name.StartsWith("x-", StringComparison.Ordinal)
                && !ObjectWords.Concat(ArrayWords).Concat(StringWords).Concat(NumberWords).Concat(Combiners).Contains(property.Name))
                throw Bad(at, $"'{property.Name}' is not supported");
    }

    private static List<JsonElement> List(JsonElement value, string at, string word, bool empty = false)
    {
        if (value.ValueKind != JsonValueKind.Array || (value.GetArrayLength() == 0 && !empty))
            throw Bad(at, $"'{word}' is no list{(empty ? "" : " of at least one")}");
        return [.. value.EnumerateArray()];
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement value, string at) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : throw Bad(at, "'properties' is no object");

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        var kind => kind.ToString().ToLowerInvariant(),
    };

    private static ModelException Bad(string at, string what) => new($"schema at {at}: {what}");
}
