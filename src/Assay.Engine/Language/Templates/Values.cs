using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace Assay.Engine.Language.Templates;

/// <summary>A name that has no value: false, empty and without text, and an error where something is asked of it.</summary>
internal sealed record Undefined(string Name);

/// <summary>A mapping, in the order in which it was made. What <c>namespace()</c> makes can be written to.</summary>
internal sealed class Mapping(bool isNamespace = false) : Dictionary<string, object?>(StringComparer.Ordinal)
{
    public readonly bool IsNamespace = isNamespace;
}

/// <summary>Something that can be called: a function, a method of a value, or a macro.</summary>
internal delegate object? Callable(TemplateRun run, Arguments arguments);

/// <summary>
/// The values of templates, as Python has them: null (None), <see cref="Undefined"/>, bool, long, double, string, <see cref="List{T}"/>, <see cref="Mapping"/>,
/// <see cref="Callable"/>. No value but a namespace is ever changed.
/// </summary>
internal static class Values
{
    public static object? FromJson(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => Map(json),
        JsonValueKind.Array => json.EnumerateArray().Select(FromJson).ToList(),
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number => json.TryGetInt64(out var whole) ? (object)whole : json.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool b => b,
        long n => n != 0,
        double d => d != 0,
        string s => s.Length > 0,
        List<object?> list => list.Count > 0,
        Mapping { IsNamespace: false } map => map.Count > 0,
        _ => true,
    };

    public static bool AreEqual(TemplateRun run, object? a, object? b)
    {
        // A template can nest lists as deep as it is long.
        RuntimeHelpers.EnsureSufficientExecutionStack();
        run.Spend(a is string text ? text.Length : 0);
        return (a, b) switch
        {
            (null, null) or (Undefined, Undefined) => true,
            (bool or long or double, bool or long or double) => a is double || b is double ? Number(a) == Number(b) : Whole(a) == Whole(b),
            (string x, string y) => x == y,
            (List<object?> x, List<object?> y) => x.Count == y.Count && x.Zip(y).All(p => AreEqual(run, p.First, p.Second)),
            (Mapping x, Mapping y) => x.Count == y.Count && x.All(p => HasKey(run, y, p.Key, out var other) && AreEqual(run, p.Value, other)),
            _ => ReferenceEquals(a, b),
        };
    }

    private static bool HasKey(TemplateRun run, Mapping map, string key, out object? value)
    {
        run.Spend(key.Length);
        return map.TryGetValue(key, out value);
    }

    /// <summary>The order of two numbers or two texts; null where they have none.</summary>
    public static int? Compare(TemplateRun run, object? a, object? b)
    {
        run.Spend(a is string text ? text.Length : 0);
        return (a, b) switch
        {
            (bool or long or double, bool or long or double) => a is double || b is double ? Number(a).CompareTo(Number(b)) : Whole(a).CompareTo(Whole(b)),
            (string x, string y) => string.CompareOrdinal(x, y),
            _ => null,
        };
    }

    public static double Number(object? value) => value switch { bool b => b ? 1 : 0, long n => n, double d => d, _ => throw new InvalidCastException() };

    public static long Whole(object? value) => value switch { bool b => b ? 1 : 0, long n => n, _ => throw new InvalidCastException() };

    public static bool IsNumber(object? value) => value is bool or long or double;

    /// <summary>The value as it is printed.</summary>
    public static string Text(object? value) => value switch
    {
        string s => s,
        Undefined => "",
        _ => Shown(value),
    };

    /// <summary>The kind of a value, for messages.</summary>
    public static string Kind(object? value) => value switch
    {
        null => "none",
        Undefined u => $"'{u.Name}', which is undefined",
        bool => "a boolean",
        long or double => "a number",
        string => "a string",
        List<object?> => "a list",
        Mapping => "a mapping",
        _ => "a function",
    };

    /// <summary>JSON as Python's json.dumps writes it, characters beyond ASCII as they are.</summary>
    public static void Json(StringBuilder output, object? value, int? indent, int depth = 0)
    {
        Bound(output, depth);
        var (line, separator) = indent is { } n ? ("\n" + new string(' ', n * (depth + 1)), ",") : ("", ", ");
        var end = indent is { } m ? "\n" + new string(' ', m * depth) : "";
        switch (value)
        {
            case List<object?> { Count: > 0 } list:
                for (var i = 0; i < list.Count; i++)
                {
                    output.Append(i == 0 ? "[" : separator).Append(line);
                    Json(output, list[i], indent, depth + 1);
                }
                output.Append(end).Append(']');
                break;
            case Mapping { Count: > 0 } map:
                var first = true;
                foreach (var (key, item) in map)
                {
                    output.Append(first ? "{" : separator).Append(line).Append(Grammars.JsonTexts.Quote(key)).Append(": ");
                    Json(output, item, indent, depth + 1);
                    first = false;
                }
                output.Append(end).Append('}');
                break;
            case string s:
                output.Append(Grammars.JsonTexts.Quote(s));
                break;
            case bool b:
                output.Append(b ? "true" : "false");
                break;
            default:
                output.Append(value switch { null => "null", List<object?> => "[]", Mapping => "{}", long or double => Shown(value), _ => throw new FormatException($"{Kind(value)} cannot be written as JSON") });
                break;
        }
    }

    private static Mapping Map(JsonElement json)
    {
        var map = new Mapping();
        foreach (var property in json.EnumerateObject())
            map[property.Name] = FromJson(property.Value);
        return map;
    }

    private static string Shown(object? value)
    {
        var output = new StringBuilder();
        Show(output, value, 0);
        return output.ToString();
    }

    private static void Show(StringBuilder output, object? value, int depth)
    {
        Bound(output, depth);
        var first = true;
        switch (value)
        {
            case List<object?> list:
                output.Append('[');
                foreach (var item in list)
                {
                    output.Append(first ? "" : ", ");
                    Show(output, item, depth + 1);
                    first = false;
                }
                output.Append(']');
                break;
            case Mapping map:
                output.Append('{');
                foreach (var (key, item) in map)
                {
                    output.Append(first ? "" : ", ").Append(Quoted(key)).Append(": ");
                    Show(output, item, depth + 1);
                    first = false;
                }
                output.Append('}');
                break;
            default:
                output.Append(value switch
                {
                    null => "None",
                    bool b => b ? "True" : "False",
                    long n => n.ToString(CultureInfo.InvariantCulture),
                    double d => Float(d),
                    string s => Quoted(s),
                    Undefined => "Undefined",
                    _ => throw new FormatException("a function has no text"),
                });
                break;
        }
    }

    // As Python's repr of a float: the shortest digits that give the number back, an exponent below 1e-4 and from 1e16.
    private static string Float(double d)
    {
        if (!double.IsFinite(d))
            return double.IsNaN(d) ? "nan" : d > 0 ? "inf" : "-inf";
        var (sign, parts) = (d < 0 || (d == 0 && double.IsNegative(d)) ? "-" : "", Shortest(Math.Abs(d)));
        var (digits, exponent) = parts;
        if (exponent is < -4 or >= 16)
            return $"{sign}{digits[..1]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        if (exponent < 0)
            return sign + "0." + new string('0', -exponent - 1) + digits;
        digits = digits.PadRight(exponent + 2, '0');
        return $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    // d is digits[0].digits[1...] times ten to the exponent.
    private static (string Digits, int Exponent) Shortest(double d)
    {
        for (var precision = 0; ; precision++)
        {
            var text = d.ToString($"E{precision}", CultureInfo.InvariantCulture);
            if (precision < 17 && double.Parse(text, CultureInfo.InvariantCulture) != d)
                continue;
            var e = text.IndexOf('E', StringComparison.Ordinal);
            return (text[..e].Replace(".", "", StringComparison.Ordinal), int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
        }
    }

    private static string Quoted(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var result = new StringBuilder().Append(quote);
        foreach (var c in text)
            result.Append(c switch { '\n' => "\\n", '\r' => "\\r", '\t' => "\\t", '\\' => "\\\\", < ' ' or '\x7f' => $"\\x{(int)c:x2}", _ => c == quote ? "\\" + c : c.ToString() });
        return result.Append(quote).ToString();
    }

    private static void Bound(StringBuilder output, int depth)
    {
        if (depth > TemplateRun.MostDepth || output.Length > TemplateRun.MostCharacters)
            throw new FormatException("a value is too large or nested too deeply");
    }
}
