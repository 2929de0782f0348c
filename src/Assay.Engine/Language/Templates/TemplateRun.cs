using System.Runtime.CompilerServices;
using System.Text;
using Assay.Engine.Models;

namespace Assay.Engine.Language.Templates;

/// <summary>One rendering: the output so far, the clock that was handed in, and what may still be spent.</summary>
internal sealed class TemplateRun(DateTimeOffset clock)
{
    /// <summary>Steps, characters of the output or of any value, and calls within each other, at most.</summary>
    public const int MostSteps = 5_000_000, MostCharacters = 8 << 20, MostDepth = 60;

    private long steps;
    private int depth;

    public StringBuilder Output { get; private set; } = new();

    /// <summary>The line at hand, for messages.</summary>
    public int Line { get; set; } = 1;

    /// <summary>What was read from the clock: each format and its text, in order.</summary>
    public List<ClockReading> Readings { get; } = [];

    /// <summary>A step of work, or of work that is so many characters or elements long.</summary>
    public void Spend(long length = 0)
    {
        steps += 1 + (length / 16);
        if (steps > MostSteps)
            throw Bad($"it needs more than {MostSteps} steps");
        if (length > MostCharacters)
            throw Bad($"a value is longer than {MostCharacters}");
    }

    public void Write(string text)
    {
        Spend(text.Length);
        if (Output.Length + text.Length > MostCharacters)
            throw Bad($"its output is longer than {MostCharacters} characters");
        Output.Append(text);
    }

    /// <summary>What an action writes, instead of into the output.</summary>
    public string Capture(Action action)
    {
        var outer = Output;
        Output = new();
        try
        {
            action();
            return Output.ToString();
        }
        finally
        {
            Output = outer;
        }
    }

    /// <summary>Runs an action one level of calls deeper.</summary>
    public T Deeper<T>(Func<T> action)
    {
        if (++depth > MostDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw Bad($"macros call each other more than {MostDepth} deep");
        var result = action();
        depth--;
        return result;
    }

    public string Now(string format)
    {
        var text = ClockText.Of(clock, format) ?? throw Bad($"strftime_now('{format}') has a directive that is not supported");
        Readings.Add(new(format, text));
        Spend(text.Length);
        return text;
    }

    public ModelException Bad(string what) => TemplateErrors.At(Line, what);
}

/// <summary>Names and their values: those of a block over those of the blocks around it.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, object?> names = [];

    public object? this[string name]
    {
        get
        {
            for (var scope = this; scope is not null; scope = scope.Outer)
                if (scope.names.TryGetValue(name, out var value))
                    return value;
            return new Undefined(name);
        }
        set => names[name] = value;
    }

    private Scope? Outer => outer;
}

/// <summary>What a call is given.</summary>
internal sealed record Arguments(IReadOnlyList<object?> Places, IReadOnlyDictionary<string, object?> Names)
{
    public static readonly Arguments None = new([], new Dictionary<string, object?>());

    /// <summary>The argument at a place or of a name; the default where it is not given.</summary>
    public object? Get(int place, string name, object? otherwise = null) =>
        place < Places.Count ? Places[place] : Names.TryGetValue(name, out var value) ? value : otherwise;
}
