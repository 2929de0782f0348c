using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Assay.Audit.Oracles;

/// <summary>What answers are right. No patterns: comparing costs time that grows with the answer's length and nothing else.</summary>
public abstract record AnswerKey
{
    private const int MostTexts = 64;

    private AnswerKey()
    {
    }

    public abstract bool Accepts(string answer);

    /// <summary><c>{"exact": TEXT}</c> or <c>{"oneOf": [TEXT, …]}</c>: the answer without white space at its ends.</summary>
    public sealed record Exact(IReadOnlyList<string> Texts) : AnswerKey
    {
        public override bool Accepts(string answer) => Texts.Contains(answer.Trim(), StringComparer.Ordinal);
    }

    /// <summary><c>{"contains": TEXT}</c>, any case.</summary>
    public sealed record Contains(string Text) : AnswerKey
    {
        public override bool Accepts(string answer) => answer.Contains(Text, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary><c>{"last": TEXT, "of": [TEXT, …]}</c>: of these texts, in any case, the one that comes last. Where none comes the answer is wrong.</summary>
    public sealed record Last(string Right, IReadOnlyList<string> Of) : AnswerKey
    {
        public override bool Accepts(string answer)
        {
            var (best, at) = ("", -1);
            foreach (var text in Of)
                if (answer.LastIndexOf(text, StringComparison.OrdinalIgnoreCase) is var place && place > at)
                    (best, at) = (text, place);
            return at >= 0 && best == Right;
        }
    }

    /// <summary><c>{"number": "42", "within": "0.01"}</c>: the last decimal number in the answer is at most so far from this; "within" is 0 where it is missing.</summary>
    public sealed record Number(decimal Value, decimal Within) : AnswerKey
    {
        public override bool Accepts(string answer) => LastNumber(answer) is { } found && Far(found, Value) <= Within;

        private static decimal Far(decimal a, decimal b) => Math.Sign(a) == Math.Sign(b) || (a is > -1e27m and < 1e27m && b is > -1e27m and < 1e27m) ? Math.Abs(a - b) : decimal.MaxValue;

        // Digits, with commas between thousands, one point, and a sign before them.
        internal static decimal? LastNumber(string text)
        {
            var end = text.AsSpan().LastIndexOfAnyInRange('0', '9');
            if (end < 0)
                return null;
            var (start, points) = (end, 0);
            while (start > 0 && end - start < 40 && (char.IsAsciiDigit(text[start - 1]) || (start > 1 && char.IsAsciiDigit(text[start - 2]) && (text[start - 1] == ',' || (text[start - 1] == '.' && points++ == 0)))))
                start--;
            if (start > 0 && text[start - 1] == '.' && points == 0)
                start--;
            if (start > 0 && text[start - 1] is '-' or '\u2212' && !(start > 1 && char.IsAsciiDigit(text[start - 2])))
                start--;
            var digits = new StringBuilder(text[start..(end + 1)]).Replace(",", "").Replace('\u2212', '-').ToString();
            return decimal.TryParse(digits, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : null;
        }
    }

    /// <exception cref="AuditException">No such key.</exception>
    public static AnswerKey Read(JsonElement json, string where)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw new AuditException($"{where}: an answer is an object such as {{\"exact\": \"…\"}}");
        var names = string.Join(' ', json.EnumerateObject().Select(m => m.Name).Order(StringComparer.Ordinal));
        return names switch
        {
            "exact" => new Exact([Text("exact")]),
            "oneOf" => new Exact(Texts("oneOf")),
            "contains" => new Contains(Text("contains")),
            "last of" when Texts("of") is var of && Text("last") is var last => of.Contains(last, StringComparer.Ordinal) ? new Last(last, of) : throw new AuditException($"{where}: \"last\" is none of \"of\""),
            "number" => new Number(Decimal("number"), 0),
            "number within" => new Number(Decimal("number"), Math.Abs(Decimal("within"))),
            _ => throw new AuditException($"{where}: an answer has the members exact; oneOf; contains; last and of; or number and within; not '{(names.Length > 60 ? names[..60] : names)}'"),
        };

        string Text(string name) => json.GetProperty(name) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text
            ? text
            : throw new AuditException($"{where}: \"{name}\" is a text that is not empty");

        IReadOnlyList<string> Texts(string name) => json.GetProperty(name) is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() is > 0 and <= MostTexts
            && list.EnumerateArray().All(t => t.ValueKind == JsonValueKind.String && t.GetString()!.Length > 0)
            ? [.. list.EnumerateArray().Select(t => t.GetString()!)]
            : throw new AuditException($"{where}: \"{name}\" is a list of 1 to {MostTexts} texts");

        decimal Decimal(string name) => json.GetProperty(name) is { ValueKind: JsonValueKind.String } value
            && decimal.TryParse(value.GetString(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 1e27m
            ? number
            : throw new AuditException($"{where}: \"{name}\" is a decimal number in a string");
    }
}
