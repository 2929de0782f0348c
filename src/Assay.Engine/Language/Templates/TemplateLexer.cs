using System.Globalization;
using System.Text;
using Assay.Engine.Models;

namespace Assay.Engine.Language.Templates;

internal enum TokenKind { Text, Open, Close, Print, EndPrint, Name, Text_, Integer, Float, Operator, End }

/// <param name="Text">A name, an operator, or the text itself.</param>
internal readonly record struct TemplateToken(TokenKind Kind, string Text, int Line, object? Value = null);

/// <summary>
/// Cuts a template into texts and the tokens of its tags, with white space as transformers sets it: trim_blocks (the line's end after a block or comment goes), lstrip_blocks
/// (blanks before a block or comment that begins its line go), and a line's end at the very end goes.
/// </summary>
internal sealed class TemplateLexer
{
    private static readonly string[] Operators =
        ["**", "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "~", "<", ">", "=", "(", ")", "[", "]", "{", "}", ",", ":", ".", "|", ";"];

    private readonly string source;
    private readonly List<TemplateToken> tokens = [];
    private int at, line = 1;

    private TemplateLexer(string source) => this.source = source;

    /// <exception cref="ModelException">A tag or string has no end, or holds what is no token.</exception>
    public static List<TemplateToken> Read(string template)
    {
        var source = template.ReplaceLineEndings("\n");
        var lexer = new TemplateLexer(source.EndsWith('\n') ? source[..^1] : source);
        lexer.Read();
        return lexer.tokens;
    }

    private void Read()
    {
        // Whether white space after the last tag goes, and whether the text begins a line.
        var (strips, begins) = (false, true);
        while (at < source.Length)
        {
            var tag = NextTag();
            var (from, text) = (line, source[at..tag]);
            var mark = tag < source.Length ? source[tag + 1] : ' ';
            line += text.Count(c => c == '\n');
            var sign = tag + 2 < source.Length ? source[tag + 2] : ' ';
            if (strips)
                text = text.TrimStart();
            if (tag < source.Length && sign == '-')
                text = text.TrimEnd();
            else if (mark is '%' or '#' && sign != '+')
                text = WithoutIndentation(text, begins && !strips);
            if (text.Length > 0)
                tokens.Add(new(TokenKind.Text, text, from));
            if (tag >= source.Length)
                break;
            at = tag + 2 + (sign is '-' or '+' ? 1 : 0);
            (strips, begins) = mark switch
            {
                '#' => Comment(),
                '%' => Tag(TokenKind.Open, TokenKind.Close, "%}"),
                _ => Tag(TokenKind.Print, TokenKind.EndPrint, "}}"),
            };
        }
        tokens.Add(new(TokenKind.End, "", line));
    }

    private int NextTag()
    {
        for (var i = at; ; i++)
        {
            i = source.IndexOf('{', i);
            if (i < 0 || i + 1 >= source.Length)
                return source.Length;
            if (source[i + 1] is '{' or '%' or '#')
                return i;
        }
    }

    private static string WithoutIndentation(string text, bool begins)
    {
        var start = text.LastIndexOf('\n') + 1;
        return (start > 0 || begins) && string.IsNullOrWhiteSpace(text[start..]) ? text[..start] : text;
    }

    private (bool Strips, bool Begins) Comment()
    {
        var end = source.IndexOf("#}", at, StringComparison.Ordinal);
        if (end < 0)
            throw Bad("a comment has no end");
        line += source[at..end].Count(c => c == '\n');
        var sign = end > at ? source[end - 1] : ' ';
        at = end + 2;
        return AfterBlock(sign);
    }

    // After %} or #}: whether white space goes, and whether a line begins since its end went.
    private (bool Strips, bool Begins) AfterBlock(char sign)
    {
        if (sign == '-')
            return (true, false);
        if (sign == '+' || at >= source.Length || source[at] != '\n')
            return (false, false);
        at++;
        line++;
        return (false, true);
    }

    private (bool Strips, bool Begins) Tag(TokenKind open, TokenKind close, string end)
    {
        var (first, brackets) = (tokens.Count, 0);
        tokens.Add(new(open, "", line));
        while (true)
        {
            while (at < source.Length && char.IsWhiteSpace(source[at]))
                line += source[at++] == '\n' ? 1 : 0;
            if (at >= source.Length)
                throw Bad($"a tag has no {end}");
            var sign = source[at] is '-' or '+' && Follows(at + 1, end) ? source[at] : ' ';
            if (brackets == 0 && (sign != ' ' || Follows(at, end)))
            {
                at += sign == ' ' ? 2 : 3;
                tokens.Add(new(close, "", line));
                if (tokens.Count == first + 3 && tokens[first + 1] is { Kind: TokenKind.Name, Text: "raw" })
                    return Raw(first, sign);
                return close == TokenKind.Close ? AfterBlock(sign) : (sign == '-', false);
            }
            var token = Token();
            brackets += token.Kind != TokenKind.Operator ? 0 : token.Text is "(" or "[" or "{" ? 1 : token.Text is ")" or "]" or "}" ? -1 : 0;
            tokens.Add(token);
        }
    }

    private (bool Strips, bool Begins) Raw(int first, char sign)
    {
        tokens.RemoveRange(first, 3);
        for (var end = at; ; end++)
        {
            end = source.IndexOf("{%", end, StringComparison.Ordinal);
            var close = end < 0 ? -1 : source.IndexOf("%}", end, StringComparison.Ordinal);
            if (close < 0)
                throw Bad("raw has no endraw");
            var inner = source[(end + 2)..close];
            if (inner.Trim('-', '+', ' ', '\n', '\t') != "endraw")
                continue;
            var text = source[at..end];
            text = sign == '-' ? text.TrimStart() : text;
            tokens.Add(new(TokenKind.Text, inner[0] == '-' ? text.TrimEnd() : text, line));
            line += source[at..close].Count(c => c == '\n');
            at = close + 2;
            return AfterBlock(inner[^1]);
        }
    }

    private TemplateToken Token()
    {
        var c = source[at];
        if (char.IsAsciiLetter(c) || c == '_')
            return new(TokenKind.Name, While(x => char.IsAsciiLetterOrDigit(x) || x == '_'), line);
        if (char.IsAsciiDigit(c))
            return Number();
        if (c is '"' or '\'')
            return String(c);
        foreach (var op in Operators)
            if (Follows(at, op))
            {
                at += op.Length;
                return new(TokenKind.Operator, op, line);
            }
        throw Bad($"'{c}' is not understood");
    }

    private TemplateToken Number()
    {
        var text = While(x => char.IsAsciiDigit(x) || x == '_').Replace("_", "", StringComparison.Ordinal);
        var whole = text;
        if (at + 1 < source.Length && source[at] == '.' && char.IsAsciiDigit(source[at + 1]))
        {
            at++;
            text += "." + While(char.IsAsciiDigit);
        }
        if (at + 1 < source.Length && source[at] is 'e' or 'E' && (char.IsAsciiDigit(source[at + 1]) || source[at + 1] is '-' or '+'))
            text += source[at++] + (source[at] is '-' or '+' ? source[at++].ToString() : "") + While(char.IsAsciiDigit);
        if (text.Length > whole.Length)
            return double.TryParse(text, CultureInfo.InvariantCulture, out var real) ? new(TokenKind.Float, text, line, real) : throw Bad($"{text} is no number");
        return long.TryParse(text, CultureInfo.InvariantCulture, out var value) ? new(TokenKind.Integer, text, line, value) : throw Bad($"{text} is too large");
    }

    private TemplateToken String(char quote)
    {
        var (text, from) = (new StringBuilder(), line);
        for (at++; at < source.Length && source[at] != quote; at++)
        {
            line += source[at] == '\n' ? 1 : 0;
            if (source[at] != '\\' || at + 1 >= source.Length)
                text.Append(source[at]);
            else
                Escape(text);
        }
        if (at++ >= source.Length)
            throw Bad("a string has no end");
        return new(TokenKind.Text_, text.ToString(), from, text.ToString());
    }

    private void Escape(StringBuilder text)
    {
        var c = source[++at];
        var digits = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
        {
            if (at + digits >= source.Length || !int.TryParse(source.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
                || code is < 0 or > 0x10FFFF)
                throw Bad($"the escape \\{c} wants {digits} hexadecimal digits");
            at += digits;
            text.Append(code is >= 0xD800 and < 0xE000 || code < 0x10000 ? ((char)code).ToString() : char.ConvertFromUtf32(code));
            return;
        }
        line += c == '\n' ? 1 : 0;
        text.Append(c switch
        {
            'n' => "\n", 't' => "\t", 'r' => "\r", 'b' => "\b", 'f' => "\f", 'v' => "\v", 'a' => "\a", '0' => "\0",
            '\\' or '"' or '\'' => c.ToString(),
            '\n' => "",
            _ => "\\" + c,
        });
    }

    private string While(Func<char, bool> fits)
    {
        var from = at;
        while (at < source.Length && fits(source[at]))
            at++;
        return source[from..at];
    }

    private bool Follows(int place, string text) => string.CompareOrdinal(source, place, text, 0, text.Length) == 0;

    private ModelException Bad(string what) => TemplateErrors.At(line, what);
}
