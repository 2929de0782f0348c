using System.Text;
using System.Text.Json;
using Assay.Engine.Models;
using Assay.Engine.Models.Tokenizers;

namespace Assay.Engine.Language.Templates;

/// <summary>What a template is given of a request, marked.</summary>
/// <param name="Mark">For <see cref="Tokenizer.EncodeMarked"/>.</param>
public sealed record GuardedVariables(JsonElement Variables, char Mark);

/// <summary>
/// Keeps what a request says from becoming control tokens: its texts are marked wherever they hold, begin or end with a part of one, so that only what the template
/// wrote is one (docs/language-models.md, Control tokens in a conversation). Immutable; any thread may use it.
/// </summary>
/// <remarks>
/// A template may trim a text, cut it, join its pieces and put them beside its own. So not only whole control tokens are parted but whatever one could begin with, but
/// for what the template itself names in its tags: it must find that unchanged.
/// </remarks>
public sealed class PromptGuard
{
    // Unicode 23.7: noncharacters, which no text is meant to hold.
    private const char FirstMark = '\uFDD0', LastMark = '\uFDEF';

    /// <summary>Units of what control tokens may end with, all of them together; and of a word of the template that is found unchanged.</summary>
    private const int MostEndings = 1 << 23, MostWord = 64;

    private readonly SpecialTokens controls, endings, words;
    private readonly IReadOnlySet<string> whole;
    private readonly HashSet<char> taken = [];

    /// <exception cref="ModelException">The vocabulary's control tokens are too long to be guarded.</exception>
    public PromptGuard(Tokenizer tokenizer, ChatTemplate template)
    {
        var texts = Enumerable.Range(0, tokenizer.Count).Where(tokenizer.IsControl).Select(tokenizer.Text).Where(t => t.Length > 1).ToList();
        if (texts.Sum(t => (long)t.Length * t.Length / 2) > MostEndings)
            throw new ModelException($"the vocabulary has {texts.Count} control tokens, which are too long to be told from what a message says");
        controls = new SpecialTokens(texts.Select(t => (t, 0)));
        endings = new SpecialTokens(texts.SelectMany(t => Enumerable.Range(1, t.Length - 1).Select(i => (t[i..], 0))));
        whole = template.Words;
        words = new SpecialTokens(whole.Where(IsFound).Select(w => (w, 0)));
        foreach (var text in texts.Concat(whole).Append(template.Source))
            Note(text);
    }

    /// <summary>Marks all texts and names of a template's variables but those that are not the request's to choose: roles, and the tokens that begin and end a text.</summary>
    /// <exception cref="ModelException">A text is not valid Unicode, or nothing is left to mark it with.</exception>
    public GuardedVariables Guard(JsonElement variables)
    {
        try
        {
            var mark = MarkFor(variables);
            using var buffer = new MemoryStream();
            using (var json = new Utf8JsonWriter(buffer))
            {
                json.WriteStartObject();
                foreach (var variable in variables.EnumerateObject())
                {
                    json.WritePropertyName(variable.Name is "messages" or "bos_token" or "eos_token" ? variable.Name : Text(variable.Name, mark, isName: true));
                    if (variable.Name is "bos_token" or "eos_token")
                        variable.Value.WriteTo(json);
                    else
                        Write(json, variable.Value, mark, variable.Name == "messages" ? 0 : 2);
                }
                json.WriteEndObject();
            }
            using var document = JsonDocument.Parse(buffer.ToArray(), new JsonDocumentOptions { MaxDepth = 256 });
            return new GuardedVariables(document.RootElement.Clone(), mark);
        }
        catch (InvalidOperationException e)
        {
            throw new ModelException("a text of the messages, or of what else the template reads, is not valid Unicode", e);
        }
    }

    // level: 0 for the list of messages, 1 for a message, 2 for all else.
    private void Write(Utf8JsonWriter json, JsonElement value, char mark, int level)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                json.WriteStringValue(Text(value.GetString()!, mark, isName: false));
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(json, item, mark, level == 0 ? 1 : 2);
                json.WriteEndArray();
                break;
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    json.WritePropertyName(Text(member.Name, mark, isName: true));
                    if (level == 1 && member.Name == "role")
                        member.Value.WriteTo(json);
                    else
                        Write(json, member.Value, mark, 2);
                }
                json.WriteEndObject();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private string Text(string text, char mark, bool isName)
    {
        if (whole.Contains(text) && (isName ? controls.Next(text) is null : IsFound(text)))
            return text;
        StringBuilder? marked = null;
        var (written, covered) = (0, words.Next(text));
        var first = isName ? -1 : text.AsSpan().IndexOfAnyExcept(" \t\r\n") is var i && i < 0 ? 0 : i;
        for (var at = 0; at < text.Length; at++)
        {
            // The rest of a control token that something before this text could have begun.
            if ((at == first || at == 0 && first > 0) && endings.At(text.AsSpan(at)) is var rest && (rest.Length > 0 || rest.Begun == text.Length - at))
                MarkAt(at);
            var (begun, length, _) = controls.At(text.AsSpan(at));
            if (begun == 0)
                continue;
            while (covered is { } c && c.Start + c.Length <= at)
                covered = words.Next(text.AsSpan(c.Start + c.Length)) is { } next ? (c.Start + c.Length + next.Start, next.Length, 0) : null;
            if (length > 0 || begun == text.Length - at || covered is not { } cover || at < cover.Start)
                MarkAt(at + (char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1));
        }
        return marked is null ? text : marked.Append(text, written, text.Length - written).ToString();

        void MarkAt(int place)
        {
            marked ??= new StringBuilder(text.Length + 16);
            marked.Append(text, written, place - written).Append(mark);
            written = place;
        }
    }

    // A word that is, begins or ends a control token is not left as it is within longer texts.
    private bool IsFound(string word) => word.Length is > 0 and <= MostWord && controls.Next(word) is null
        && controls.At(word).Begun < word.Length && endings.At(word).Length < word.Length;

    private char MarkFor(JsonElement variables)
    {
        var used = new HashSet<char>(taken);
        Look(variables);
        for (var mark = FirstMark; mark <= LastMark; mark++)
            if (!used.Contains(mark))
                return mark;
        throw new ModelException($"the request holds every noncharacter from U+{(int)FirstMark:X4} to U+{(int)LastMark:X4}: one of them must be left to tell its texts from control tokens");

        void Look(JsonElement value)
        {
            if (value.ValueKind == JsonValueKind.String)
                Note(value.GetString()!, used);
            else if (value.ValueKind == JsonValueKind.Array)
                foreach (var item in value.EnumerateArray())
                    Look(item);
            else if (value.ValueKind == JsonValueKind.Object)
                foreach (var member in value.EnumerateObject())
                {
                    Note(member.Name, used);
                    Look(member.Value);
                }
        }
    }

    private void Note(string text) => Note(text, taken);

    private static void Note(ReadOnlySpan<char> text, HashSet<char> used)
    {
        for (int at; (at = text.IndexOfAnyInRange(FirstMark, LastMark)) >= 0; text = text[(at + 1)..])
            used.Add(text[at]);
    }
}
