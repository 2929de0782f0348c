using System.Text;

namespace Assay.Engine.Language.Grammars;

/// <summary>
/// The texts of JSON (RFC 8259) as parts of a grammar, in the form that <see cref="JsonGrammars"/> describes: UTF-8 without errors, no lone surrogate, numbers
/// of at most 16 digits before and after the point and two in the exponent, white space bounded wherever it may stand.
/// </summary>
internal sealed class JsonTexts(GrammarBuilder builder)
{
    private const int MostDigits = 16, MostIndentation = 24;
    private readonly Dictionary<int, int> spaces = [];
    private int stringRule = -1, characterRule = -1, anyRule = -1, anyObjectRule = -1;

    /// <summary>Nothing, a blank, or a line's end with up to 24 blanks: after an opening bracket or a comma, and before a closing bracket.</summary>
    public int Space(int next)
    {
        if (!spaces.TryGetValue(next, out var node))
        {
            var indented = builder.Repeat(0, MostIndentation, n => builder.Byte(' ', n), next);
            spaces[next] = node = builder.Choice(next, builder.Byte(' ', next), builder.Byte('\n', indented));
        }
        return node;
    }

    /// <summary>A colon, and perhaps a blank.</summary>
    public int Colon(int next) => builder.Byte(':', builder.Choice(next, builder.Byte(' ', next)));

    public int Comma(int next) => builder.Byte(',', Space(next));

    /// <summary>Any string.</summary>
    public int String(int next)
    {
        if (stringRule < 0)
        {
            stringRule = builder.NewRule(isContainer: false);
            var from = builder.Count;
            var end = builder.Byte('"', GrammarBuilder.Return);
            builder.Define(stringRule, builder.Byte('"', builder.Loop(loop => [Character(loop), end])));
            builder.Strings = new(from, builder.Count);
        }
        return builder.Call(stringRule, next);
    }

    /// <summary>A string of that many characters (code points).</summary>
    public int String(int least, int? most, int next)
    {
        if (characterRule < 0)
            builder.Define(builder.Character = characterRule = builder.NewRule(isContainer: false), Character(GrammarBuilder.Return));
        var close = builder.Byte('"', next);
        var node = close;
        if (most is null)
            builder.Counted[node = builder.Loop(loop => [builder.Call(characterRule, loop), close])] = new(0, int.MaxValue, close);
        else
            builder.Counted[close] = new(0, 0, close);
        for (var (left, count) = (1, most ?? least); left <= count; left++)
        {
            // Of the last ones those before the least number is reached must come.
            var must = Math.Max(0, left - (count - least));
            var character = builder.Call(characterRule, node);
            node = must > 0 ? character : builder.Choice(character, close);
            builder.Counted[node] = new(must, most is null ? int.MaxValue : left, close);
        }
        return builder.Byte('"', node);
    }

    public int Integer(int next)
    {
        var digits = Whole(next);
        return builder.Choice(digits, builder.Byte('-', digits));
    }

    public int Number(int next)
    {
        var power = Digits(1, 2, next);
        var exponent = builder.Choice(power, builder.Byte('+', power), builder.Byte('-', power));
        var afterFraction = builder.Choice(next, builder.Byte('e', exponent), builder.Byte('E', exponent));
        var fraction = builder.Byte('.', Digits(1, MostDigits, afterFraction));
        var digits = Whole(builder.Choice(afterFraction, fraction));
        return builder.Choice(digits, builder.Byte('-', digits));
    }

    /// <summary>A whole number from <paramref name="least"/> to <paramref name="most"/>, without leading zeros.</summary>
    public int Integer(long least, long most, int next)
    {
        var ways = new List<int>();
        if (least < 0)
            ways.Add(builder.Byte('-', Between(Math.Max(1, most < 0 ? -most : 1), -least, next)));
        if (most >= 0)
            ways.Add(Between(Math.Max(0, least), most, next));
        return builder.Choice([.. ways]);
    }

    public int Literal(string json, int next) => builder.Literal(Encoding.UTF8.GetBytes(json), next);

    /// <summary>Any value.</summary>
    public int Any(int next)
    {
        if (anyRule < 0)
        {
            anyRule = builder.NewRule(isContainer: false);
            var array = builder.NewRule(isContainer: true);
            builder.Define(array, Array(n => builder.Call(anyRule, n), 0, null, GrammarBuilder.Return));
            const int end = GrammarBuilder.Return;
            builder.Define(anyRule, builder.Choice(
                String(end), Number(end), Literal("true", end), Literal("false", end), Literal("null", end), AnyObject(end), builder.Call(array, end)));
        }
        return builder.Call(anyRule, next);
    }

    /// <summary>Any object.</summary>
    public int AnyObject(int next)
    {
        if (anyObjectRule < 0)
        {
            anyObjectRule = builder.NewRule(isContainer: true);
            builder.Define(anyObjectRule, Map(Any, GrammarBuilder.Return));
        }
        return builder.Call(anyObjectRule, next);
    }

    /// <summary>An object of any names, all with a value of one kind.</summary>
    public int Map(Func<int, int> value, int next)
    {
        var close = builder.Byte('}', next);
        var afterPair = builder.Loop(loop => [builder.Byte(',', Space(String(Colon(value(loop))))), Space(close)]);
        return builder.Byte('{', Space(builder.Choice(String(Colon(value(afterPair))), close)));
    }

    /// <summary>An object of these names in this order, of which those that are not required may be left out.</summary>
    public int Object(IReadOnlyList<(string Name, bool IsRequired, Func<int, int> Value)> properties, int next)
    {
        var close = builder.Byte('}', next);
        // Two rows of nodes: nothing written yet, and something written, so that a comma comes first.
        var (first, later) = (close, Space(close));
        for (var i = properties.Count - 1; i >= 0; i--)
        {
            var (name, isRequired, value) = properties[i];
            var pair = Literal(Quote(name), Colon(value(later)));
            var another = Comma(pair);
            first = isRequired ? pair : builder.Choice(pair, first);
            later = isRequired ? another : builder.Choice(another, later);
        }
        return builder.Byte('{', Space(first));
    }

    public int Array(Func<int, int> item, int least, int? most, int next)
    {
        var close = builder.Byte(']', next);
        if (most == 0)
            return builder.Byte('[', Space(close));
        var end = Space(close);
        if (most is null)
            end = builder.Loop(loop => [Comma(item(loop)), Space(close)]);
        var rest = builder.Repeat(Math.Max(0, least - 1), (most ?? Math.Max(1, least)) - 1, n => Comma(item(n)), end);
        var items = item(rest);
        return builder.Byte('[', Space(least > 0 ? items : builder.Choice(items, close)));
    }

    /// <summary>The string as JSON with no more escapes than it needs.</summary>
    public static string Quote(string text)
    {
        var result = new StringBuilder("\"");
        foreach (var c in text)
            _ = c switch
            {
                '"' => result.Append("\\\""),
                '\\' => result.Append("\\\\"),
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                '\b' => result.Append("\\b"),
                '\f' => result.Append("\\f"),
                < ' ' => result.Append($"\\u{(int)c:x4}"),
                _ => result.Append(c),
            };
        return result.Append('"').ToString();
    }

    private int Whole(int next) =>
        builder.Choice(builder.Byte('0', next), builder.Range((byte)'1', (byte)'9', Digits(0, MostDigits - 1, next)));

    private int Digits(int least, int most, int next) => builder.Repeat(least, most, n => builder.Range((byte)'0', (byte)'9', n), next);

    // Numbers of each length apart: then digit by digit, free once strictly between the bounds.
    private int Between(long least, long most, int next)
    {
        var ways = new List<int>();
        for (long from = least, power = 10; from <= most; from = power, power *= 10)
        {
            while (power <= from)
                power *= 10;
            ways.Add(SameLength(from.ToString(), Math.Min(most, power - 1).ToString(), next));
        }
        return builder.Choice([.. ways]);
    }

    private int SameLength(string least, string most, int next)
    {
        if (least.All(c => c == '0') && most.All(c => c == '9'))
            return Digits(least.Length, least.Length, next);
        if (least[0] == most[0])
            return builder.Byte(least[0], SameLength(least[1..], most[1..], next));
        var (zeros, nines) = (new string('0', least.Length - 1), new string('9', least.Length - 1));
        var ways = new List<int>
        {
            builder.Byte(least[0], SameLength(least[1..], nines, next)),
            builder.Byte(most[0], SameLength(zeros, most[1..], next)),
        };
        if (most[0] - least[0] > 1)
            ways.Add(builder.Range((byte)(least[0] + 1), (byte)(most[0] - 1), Digits(zeros.Length, zeros.Length, next)));
        return builder.Choice([.. ways]);
    }

    // One character inside a string: well-formed UTF-8 (Unicode, table 3-7) but controls, quotes and backslashes, or an escape.
    private int Character(int next)
    {
        var b = builder;
        int tail1 = b.Range(0x80, 0xBF, next), tail2 = b.Range(0x80, 0xBF, tail1), tail3 = b.Range(0x80, 0xBF, tail2);
        int hex1 = Hex(next), hex2 = Hex(hex1), hex3 = Hex(hex2);
        var low = b.Literal("\\u"u8, Either('d', 'D', b.Choice(Either('c', 'C', hex2), b.Choice(b.Range((byte)'d', (byte)'f', hex2), b.Range((byte)'D', (byte)'F', hex2)))));
        var high = b.Choice(b.Range((byte)'8', (byte)'9', Hex(Hex(low))), b.Range((byte)'a', (byte)'b', Hex(Hex(low))), b.Range((byte)'A', (byte)'B', Hex(Hex(low))));
        var unit = b.Choice(
            b.Range((byte)'0', (byte)'9', hex3), b.Range((byte)'a', (byte)'c', hex3), b.Range((byte)'A', (byte)'C', hex3),
            b.Range((byte)'e', (byte)'f', hex3), b.Range((byte)'E', (byte)'F', hex3),
            Either('d', 'D', b.Choice(b.Range((byte)'0', (byte)'7', hex2), high)));
        var escape = b.Choice(
            b.Byte('"', next), b.Byte('\\', next), b.Byte('/', next), b.Byte('b', next), b.Byte('f', next), b.Byte('n', next), b.Byte('r', next),
            b.Byte('t', next), b.Byte('u', unit));
        return b.Choice(
            b.Range(0x20, 0x21, next), b.Range(0x23, 0x5B, next), b.Range(0x5D, 0x7F, next), b.Byte('\\', escape),
            b.Range(0xC2, 0xDF, tail1),
            b.Range(0xE0, 0xE0, b.Range(0xA0, 0xBF, tail1)), b.Range(0xE1, 0xEC, tail2), b.Range(0xED, 0xED, b.Range(0x80, 0x9F, tail1)), b.Range(0xEE, 0xEF, tail2),
            b.Range(0xF0, 0xF0, b.Range(0x90, 0xBF, tail2)), b.Range(0xF1, 0xF3, tail3), b.Range(0xF4, 0xF4, b.Range(0x80, 0x8F, tail2)));

        int Hex(int n) => b.Choice(b.Range((byte)'0', (byte)'9', n), b.Range((byte)'a', (byte)'f', n), b.Range((byte)'A', (byte)'F', n));
        int Either(char x, char y, int n) => b.Choice(b.Byte(x, n), b.Byte(y, n));
    }
}
