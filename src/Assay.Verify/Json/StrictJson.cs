using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Assay.Verify.Json;

/// <summary>
/// Reads JSON (RFC 8259) so strictly that two readers cannot see two different documents in the same bytes: valid UTF-8
/// without a byte order mark, no duplicate names, no lone surrogates (escaped ones included), numbers only as integers
/// from 0 to 2^53 − 1 without sign, fraction or exponent, bounded size, depth and number of values.
/// </summary>
public static class StrictJson
{
    public const int MaxDepth = 32;

    /// <summary>Values in one document: bounds what a small file of empty arrays can make us allocate.</summary>
    public const int MaxValues = 1 << 20;

    public const ulong MaxInteger = (1UL << 53) - 1;

    private static readonly JsonWriterOptions Compact = new()
    {
        // The bytes go into files and signatures, never into a page: no need to escape '+' or '<'.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="utf8">The document.</param>
    /// <param name="maxBytes">Its largest permitted size.</param>
    /// <exception cref="MalformedException">It is not strict JSON, or is too large.</exception>
    public static JsonValue Parse(ReadOnlySpan<byte> utf8, int maxBytes)
    {
        if (utf8.Length > maxBytes)
            throw new MalformedException($"{utf8.Length} bytes of JSON: expected at most {maxBytes}");
        if (!Utf8.IsValid(utf8))
            throw new MalformedException("the JSON is not valid UTF-8");
        // A copy, because the values point into it.
        var parser = new Parser(utf8.ToArray());
        return parser.Document();
    }

    /// <summary>Compact JSON: the exact bytes that are signed, hashed or stored.</summary>
    public static byte[] Write(Action<Utf8JsonWriter> body)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Compact))
            body(writer);
        return buffer.WrittenSpan.ToArray();
    }

    // Where a plain run of a string's bytes ends.
    private static readonly SearchValues<byte> NotPlain = SearchValues.Create(
        [(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(c => (byte)c)]);

    private ref struct Parser(byte[] document)
    {
        // Below this, comparing the names one by one is faster than a table of them.
        private const int FewMembers = 24;

        private readonly ReadOnlySpan<byte> text = document;
        private int at;
        private int values;

        public JsonValue Document()
        {
            var value = Value(1);
            Space();
            return at == text.Length ? value : throw Fault("expected the end of the document");
        }

        private JsonValue Value(int depth)
        {
            if (depth > MaxDepth)
                throw Fault($"nested deeper than {MaxDepth}");
            if (++values > MaxValues)
                throw Fault($"more than {MaxValues} values");
            Space();
            switch (Peek())
            {
                case (byte)'{':
                    return Object(depth);
                case (byte)'[':
                    return Array(depth);
                case (byte)'"':
                    return StringValue();
                case (byte)'t':
                    return Word("true"u8, JsonValue.True);
                case (byte)'f':
                    return Word("false"u8, JsonValue.False);
                case (byte)'n':
                    return Word("null"u8, JsonValue.Null);
                default:
                    return Number();
            }
        }

        private JsonValue Object(int depth)
        {
            at++;
            var members = ImmutableArray.CreateBuilder<KeyValuePair<string, JsonValue>>();
            HashSet<string>? names = null;
            Space();
            if (Take('}'))
                return JsonValue.EmptyObject;
            do
            {
                Space();
                if (Peek() != '"')
                    throw Fault("expected a member's name");
                var name = String();
                if (members.Count == FewMembers)
                    names = [.. members.Select(m => m.Key)];
                if (names is null ? HasMember(members, name) : !names.Add(name))
                    throw Fault($"the name \"{Shown(name)}\" appears twice in one object");
                Space();
                if (!Take(':'))
                    throw Fault("expected ':'");
                members.Add(KeyValuePair.Create(name, Value(depth + 1)));
                Space();
            }
            while (Take(','));
            return Take('}') ? JsonValue.ObjectOf(members.DrainToImmutable()) : throw Fault("expected ',' or '}'");
        }

        private JsonValue Array(int depth)
        {
            at++;
            var items = ImmutableArray.CreateBuilder<JsonValue>();
            Space();
            if (Take(']'))
                return JsonValue.ArrayOf(items.DrainToImmutable());
            do
            {
                items.Add(Value(depth + 1));
                Space();
            }
            while (Take(','));
            return Take(']') ? JsonValue.ArrayOf(items.DrainToImmutable()) : throw Fault("expected ',' or ']'");
        }

        private JsonValue Number()
        {
            var start = at;
            ulong number = 0;
            while (at < text.Length && text[at] is >= (byte)'0' and <= (byte)'9')
            {
                number = (number * 10) + (ulong)(text[at++] - '0');
                if (number > MaxInteger)
                    throw Fault("a number above 2^53 - 1");
            }
            if (at == start)
                throw Fault("expected a value (numbers are integers without sign)");
            if (text[start] == '0' && at - start > 1)
                throw Fault("a number with a leading zero");
            if (at < text.Length && text[at] is (byte)'.' or (byte)'e' or (byte)'E')
                throw Fault("a number with a fraction or exponent: expected an integer");
            return JsonValue.Of(number);
        }

        private static bool HasMember(ImmutableArray<KeyValuePair<string, JsonValue>>.Builder members, string name)
        {
            foreach (var (other, _) in members)
                if (other == name)
                    return true;
            return false;
        }

        private JsonValue StringValue() =>
            PlainString(out var start, out var length) ? JsonValue.OfUtf8(document.AsMemory(start, length)) : JsonValue.Of(EscapedString());

        private string String() =>
            PlainString(out var start, out var length) ? Encoding.UTF8.GetString(text.Slice(start, length)) : EscapedString();

        // Whether the string that begins here ends without an escape; if so, it is passed over.
        private bool PlainString(out int start, out int length)
        {
            start = ++at;
            length = text[at..].IndexOfAny(NotPlain);
            if (length < 0 || text[at + length] != '"')
                return false;
            at += length + 1;
            return true;
        }

        private string EscapedString()
        {
            var result = new StringBuilder();
            while (true)
            {
                var start = at;
                var plain = text[at..].IndexOfAny(NotPlain);
                at = plain < 0 ? text.Length : at + plain;
                result.Append(Encoding.UTF8.GetString(text[start..at]));
                switch (Peek())
                {
                    case (byte)'"':
                        at++;
                        return result.ToString();
                    case (byte)'\\':
                        at++;
                        Escape(result);
                        break;
                    default:
                        throw Fault("a control character within a string");
                }
            }
        }

        private void Escape(StringBuilder result)
        {
            var code = Peek();
            at++;
            switch (code)
            {
                case (byte)'"' or (byte)'\\' or (byte)'/':
                    result.Append((char)code);
                    break;
                case (byte)'b':
                    result.Append('\b');
                    break;
                case (byte)'f':
                    result.Append('\f');
                    break;
                case (byte)'n':
                    result.Append('\n');
                    break;
                case (byte)'r':
                    result.Append('\r');
                    break;
                case (byte)'t':
                    result.Append('\t');
                    break;
                case (byte)'u':
                    var unit = CodeUnit();
                    result.Append(unit);
                    if (char.IsLowSurrogate(unit))
                        throw Fault("a low surrogate alone");
                    if (!char.IsHighSurrogate(unit))
                        break;
                    if (!(Take('\\') && Take('u')))
                        throw Fault("a high surrogate alone");
                    var low = CodeUnit();
                    if (!char.IsLowSurrogate(low))
                        throw Fault("a high surrogate alone");
                    result.Append(low);
                    break;
                default:
                    throw Fault("an unknown escape");
            }
        }

        private char CodeUnit()
        {
            if (text.Length - at < 4)
                throw Fault("the document ends within an escape");
            var unit = 0;
            foreach (var digit in text.Slice(at, 4))
            {
                if (!char.IsAsciiHexDigit((char)digit))
                    throw Fault("an escape without four hexadecimal digits");
                unit = (unit << 4) | Convert.ToInt32(((char)digit).ToString(), 16);
            }
            at += 4;
            return (char)unit;
        }

        private JsonValue Word(ReadOnlySpan<byte> word, JsonValue value)
        {
            if (!text[at..].StartsWith(word))
                throw Fault("expected a value");
            at += word.Length;
            return value;
        }

        private readonly byte Peek() => at < text.Length ? text[at] : throw Fault("the document ends too early");

        private bool Take(char c)
        {
            if (at >= text.Length || text[at] != c)
                return false;
            at++;
            return true;
        }

        private void Space()
        {
            while (at < text.Length && text[at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
                at++;
        }

        private readonly MalformedException Fault(string what) => new($"JSON, byte {at}: {what}");
    }

    /// <summary>A name from outside as it may stand in a one-line message: nothing in it moves a terminal's cursor or turns its writing round.</summary>
    public static string Shown(string text)
    {
        var head = text.Length > 64 ? text[..64] + "..." : text;
        return string.Concat(head.Select(c => char.GetUnicodeCategory(c) is
            UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate ? '?' : c));
    }
}
