namespace Assay.Engine.Language.Templates;

/// <summary>Operators between two values.</summary>
internal static class Arithmetic
{
    public static bool Holds(TemplateRun run, string op, object? a, object? b) => op switch
    {
        "==" => Values.AreEqual(run, a, b),
        "!=" => !Values.AreEqual(run, a, b),
        "in" => Contains(run, b, a),
        "not in" => !Contains(run, b, a),
        _ => Values.Compare(run, a, b) is { } order
            ? op switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 }
            : throw run.Bad($"{op} does not order {Values.Kind(a)} and {Values.Kind(b)}"),
    };

    public static object? Apply(TemplateRun run, string op, object? a, object? b)
    {
        switch (op, a, b)
        {
            case ("~", _, _):
                return Joined(run, Text(run, a), Text(run, b));
            case ("+", string x, string y):
                return Joined(run, x, y);
            case ("+", List<object?> x, List<object?> y):
                run.Spend(16L * (x.Count + y.Count));
                return (List<object?>)[.. x, .. y];
            case ("*", string x, long n):
                run.Spend(x.Length * Math.Clamp(n, 0, TemplateRun.MostCharacters + 1L));
                return string.Concat(Enumerable.Repeat(x, (int)Math.Clamp(n, 0, TemplateRun.MostCharacters)));
            case ("%", string, _):
                throw run.Bad("formatting by % is not supported");
        }
        if (!Values.IsNumber(a) || !Values.IsNumber(b))
            throw run.Bad($"{op} is not for {Values.Kind(a)} and {Values.Kind(b)}");
        try
        {
            return a is double || b is double || op == "/" ? Reals(run, op, Values.Number(a), Values.Number(b)) : Wholes(run, op, Values.Whole(a), Values.Whole(b));
        }
        catch (OverflowException)
        {
            throw run.Bad("a number is too large");
        }
    }

    public static bool Contains(TemplateRun run, object? container, object? value)
    {
        switch (container)
        {
            case string text:
                run.Spend(text.Length);
                return value is string part ? text.Contains(part, StringComparison.Ordinal) : throw run.Bad($"{Values.Kind(value)} is not searched for in a string");
            case Mapping map:
                run.Spend(value is string name ? name.Length : 0);
                return value is string key && map.ContainsKey(key);
            case List<object?> list:
                run.Spend(16L * list.Count);
                return list.Exists(i => Values.AreEqual(run, i, value));
            case Undefined:
                return false;
            default:
                throw run.Bad($"nothing is in {Values.Kind(container)}");
        }
    }

    /// <summary>The value as it is printed; its length is spent.</summary>
    public static string Text(TemplateRun run, object? value)
    {
        try
        {
            var text = Values.Text(value);
            run.Spend(text.Length);
            return text;
        }
        catch (FormatException e)
        {
            throw run.Bad(e.Message);
        }
    }

    private static string Joined(TemplateRun run, string x, string y)
    {
        run.Spend(x.Length + y.Length);
        return x + y;
    }

    private static object Wholes(TemplateRun run, string op, long a, long b)
    {
        if (op is "//" or "%" && b == 0)
            throw run.Bad("division by zero");
        checked
        {
            return op switch
            {
                "+" => a + b,
                "-" => a - b,
                "*" => a * b,
                "//" => (a / b) - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0),
                "%" => b == -1 ? 0 : ((a % b) + b) % b,
                _ when b < 0 || b > 64 => throw run.Bad("the exponent of ** is not from 0 to 64"),
                _ => Enumerable.Repeat(a, (int)b).Aggregate(1L, (x, y) => checked(x * y)),
            };
        }
    }

    private static object Reals(TemplateRun run, string op, double a, double b)
    {
        if (op is "/" or "//" or "%" && b == 0)
            throw run.Bad("division by zero");
        return op switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "//" => Math.Floor(a / b),
            "%" => a - (b * Math.Floor(a / b)),
            _ => throw run.Bad("** of fractions is not supported"),
        };
    }
}
