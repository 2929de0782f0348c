using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using Assay.Node.Receipts;
using Assay.Store;

namespace Assay.Cli;

/// <summary>What the value of an option may be. One that is not is wrong usage, and the line says what would be right.</summary>
internal static class Bounds
{
    /// <summary>Bounds of a number; where <paramref name="most"/> is all that its type holds the line names no upper one.</summary>
    /// <param name="also">What else there is to say of the right values.</param>
    public static Option<T> From<T>(this Option<T> option, T least, T most, string also = "") where T : struct, INumber<T>, IMinMaxValue<T>
    {
        option.CustomParser = result => Read(option.Name, result, least, most, also);
        return option;
    }

    /// <inheritdoc cref="From{T}(Option{T}, T, T, string)"/>
    public static Option<T?> From<T>(this Option<T?> option, T least, T most, string also = "") where T : struct, INumber<T>, IMinMaxValue<T>
    {
        option.CustomParser = result => Read(option.Name, result, least, most, also);
        return option;
    }

    /// <param name="require">Throws what is wrong with a value.</param>
    private static Option<string?> That(this Option<string?> option, Action<string> require)
    {
        option.Validators.Add(result =>
        {
            try
            {
                if (result.GetValueOrDefault<string?>() is { } text)
                    require(text);
            }
            catch (StoreException e)
            {
                result.AddError($"{option.Name}: {e.Message}");
            }
        });
        return option;
    }

    /// <summary>Of the commands that bring a model in.</summary>
    public static Option<string?> ModelName(string description) =>
        new Option<string?>("--name") { Description = description, HelpName = "N" }.That(name => ModelStore.RequireNames(name, null));

    /// <inheritdoc cref="ModelName"/>
    public static Option<string?> ModelVersion() => new Option<string?>("--version") { Description = "Version (default: the next number)", HelpName = "V" }.That(version => ModelStore.RequireNames("model", version));

    /// <summary>What a receipt echoes; of the commands that make one.</summary>
    public static Option<string?> Nonce()
    {
        var option = new Option<string?>("--nonce") { Description = "Echoed in the receipt" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>()?.Length is > CallerTerms.MaxNonce and var length)
                result.AddError($"--nonce of {length} characters: at most {CallerTerms.MaxNonce}");
        });
        return option;
    }

    /// <summary>What the parser found wrong with a command line, in our words where the framework's speak of its types.</summary>
    public static string Wrong(ParseResult parsed)
    {
        var error = parsed.Errors[0];
        var option = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
        return option?.Tokens is [var value] && error.Message.Contains("System.", StringComparison.Ordinal)
            ? $"{option.Option.Name} {value.Value}: {Kind(option.Option.ValueType)}"
            : error.Message.TrimEnd('.');
    }

    // In one spelling, whatever the machine's language.
    private static T Read<T>(string name, ArgumentResult result, T least, T most, string also) where T : struct, INumber<T>, IMinMaxValue<T>
    {
        // How many there may be is refused elsewhere.
        if (result.Tokens is not [var token])
            return default;
        var style = typeof(T) == typeof(float) ? NumberStyles.Float : NumberStyles.AllowLeadingSign;
        if (T.TryParse(token.Value, style, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            return value;
        result.AddError($"{name} {token.Value}: {Kind(typeof(T))} from {least}{(most == T.MaxValue && least != T.MinValue ? "" : $" to {most}")}{also}");
        return default;
    }

    private static string Kind(Type type) => (Nullable.GetUnderlyingType(type) ?? type) is var t && (t == typeof(float) || t == typeof(double) || t == typeof(decimal)) ? "a number"
        : t.IsPrimitive && t != typeof(bool) ? "a whole number"
        : "not such a value";
}
