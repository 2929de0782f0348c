using System.Globalization;

namespace Assay.Bench;

/// <summary>What stands on the command line after the program's name: <c>--name value</c> pairs, and the flag <c>--json</c>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> values = new(StringComparer.Ordinal);
    private readonly HashSet<string> asked = new(StringComparer.Ordinal);

    /// <exception cref="UsageException">Something else than such pairs.</exception>
    public Arguments(ReadOnlySpan<string> args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
                throw new UsageException($"'{args[i]}' is not an option");
            if (args[i] == "--json")
                Json = true;
            else if (i + 1 == args.Length)
                throw new UsageException($"{args[i]} needs a value");
            else
                values[args[i]] = args[++i];
        }
    }

    public bool Json { get; }

    public string Text(string name, string otherwise)
    {
        asked.Add(name);
        return values.GetValueOrDefault(name, otherwise);
    }

    public int Number(string name, int otherwise)
    {
        var text = Text(name, otherwise.ToString(CultureInfo.InvariantCulture));
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new UsageException($"{name} needs a positive number, not '{text}'");
    }

    /// <summary>To be called once all options were asked for.</summary>
    public void RefuseOthers()
    {
        if (values.Keys.FirstOrDefault(name => !asked.Contains(name)) is { } unknown)
            throw new UsageException($"unknown option {unknown}; known are {string.Join(", ", asked.Append("--json").Order(StringComparer.Ordinal))}");
    }
}

internal sealed class UsageException(string message) : Exception(message);

/// <summary>The measurement makes no sense: an answer is wrong, or a peer cannot be used.</summary>
internal sealed class BenchException(string message) : Exception(message);
