using System.Text.Json;
using Assay.Engine.Models.Language;

namespace Assay.Engine.Models.Tokenizers;

/// <summary>The tokenizer in a tokenizer.json.</summary>
/// <remarks>
/// Source of the format: huggingface/tokenizers (the serialised forms of its models, normalizers and pre-tokenizers). Unicode
/// normalisation (NFC), which some files ask for, is not applied: a text's tokens are those of its characters as given, as llama.cpp has it.
/// </remarks>
internal static class JsonTokenizer
{
    private const int MaxHoles = 1 << 16;

    /// <param name="settings">tokenizer_config.json, where there is one.</param>
    /// <param name="ends">Tokens that end an answer, by the model's configuration.</param>
    /// <param name="least">Tokens that there must be; the rest is never made.</param>
    /// <exception cref="ModelException">It is of an unknown kind, or broken.</exception>
    public static Tokenizer Read(JsonFile file, JsonFile? settings, IReadOnlyList<int> ends, int least)
    {
        var model = file.Object("model") ?? throw file.Wrong("model", "there");
        if (model.Text("type") is { } type and not "BPE")
            throw new ModelException($"tokenizer.json: the model '{ShownName.Of(type)}' is not supported: BPE is");
        if (model.Text("continuing_subword_prefix") is { Length: > 0 } || model.Text("end_of_word_suffix") is { Length: > 0 })
            throw new ModelException("tokenizer.json: prefixes and suffixes of parts of words are not supported");
        var fallback = model.Bool("byte_fallback", false);
        var added = Added(file);
        var (texts, kinds) = Tokens(model, added, fallback, least);
        int? Named(string key) => TokenText(settings, key) is { } text && Array.IndexOf(texts, text) is var id and >= 0 ? id : null;
        var bos = Named("bos_token");
        var eos = Named("eos_token") ?? (ends.Count > 0 ? ends[0] : null);
        var vocabulary = new Vocabulary(texts, kinds, eos is { } end ? [.. ends, end] : ends);
        var merges = new MergeTable(vocabulary, Merges(model));
        var before = added.Where(t => t.SpaceBefore).Select(t => t.Id).ToHashSet();
        var after = added.Where(t => t.SpaceAfter).Select(t => t.Id).ToHashSet();
        var addBos = bos is not null && (settings?.Find("add_bos_token") is not null ? settings.Bool("add_bos_token", false) : Framing(file, 0) == texts[bos.Value]);
        var closing = settings?.Find("add_eos_token") is not null ? settings.Bool("add_eos_token", false) ? eos : null
            : Framing(file, ^1) is { } last && Array.IndexOf(texts, last) is var id and >= 0 ? id : null;
        if (fallback)
            return new SentencePiece(vocabulary, new float[texts.Length], merges, JsonSpaces.Read(file))
            {
                Bos = bos, Eos = eos, AddBos = addBos, Closing = closing, TakesSpaceBefore = before.Contains, TakesSpaceAfter = after.Contains,
            };
        return new ByteLevelBpe(vocabulary, merges, JsonWords.Read(file), model.Bool("ignore_merges", false))
        {
            Bos = bos, Eos = eos, AddBos = addBos, Closing = closing, TakesSpaceBefore = before.Contains, TakesSpaceAfter = after.Contains,
        };
    }

    private sealed record AddedToken(int Id, string Text, bool Special, bool SpaceBefore, bool SpaceAfter);

    private static List<AddedToken> Added(JsonFile file)
    {
        var added = new List<AddedToken>();
        foreach (var element in file.Find("added_tokens") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default)
        {
            if (element.ValueKind != JsonValueKind.Object)
                throw file.Wrong("added_tokens", "an array of objects");
            var token = new JsonFile("tokenizer.json: added_tokens", element);
            added.Add(new AddedToken(
                token.Size("id", 0), token.Text("content") ?? throw token.Wrong("content", "there"), token.Bool("special", false), token.Bool("lstrip", false), token.Bool("rstrip", false)));
        }
        return added;
    }

    private static (string[] Texts, TokenKind[] Kinds) Tokens(JsonFile model, List<AddedToken> added, bool fallback, int least)
    {
        var vocab = model.Object("vocab") ?? throw model.Wrong("vocab", "there");
        var tokens = new List<(string Text, int Id)>();
        foreach (var token in vocab.Root.EnumerateObject())
            tokens.Add((JsonFile.NameOf(token) ?? throw model.Wrong("vocab", "whole numbers by texts"), token.Value.ValueKind == JsonValueKind.Number && token.Value.TryGetInt32(out var id) && id >= 0 ? id : throw model.Wrong("vocab", "whole numbers by texts")));
        var entries = tokens.Count + added.Count;
        var count = Math.Max(least, entries == 0 ? 0 : 1 + Math.Max(tokens.Max(t => (int?)t.Id) ?? 0, added.Max(t => (int?)t.Id) ?? 0));
        if (count > Math.Max(least, entries + MaxHoles))
            throw new ModelException($"tokenizer.json: {entries} tokens have numbers up to {count - 1}");
        var (texts, kinds) = (new string[count], new TokenKind[count]);
        Array.Fill(texts, "");
        Array.Fill(kinds, TokenKind.Unused);
        var unknown = model.Text("unk_token");
        foreach (var (text, id) in tokens)
        {
            if (texts[id].Length > 0)
                throw new ModelException($"tokenizer.json: '{ShownName.Of(texts[id])}' and '{ShownName.Of(text)}' are both token {id}");
            (texts[id], kinds[id]) = (text, text == unknown ? TokenKind.Unknown : fallback && Vocabulary.ByteOf(text) is not null ? TokenKind.Byte : TokenKind.Normal);
        }
        foreach (var token in added)
        {
            if (texts[token.Id].Length > 0 && texts[token.Id] != token.Text)
                throw new ModelException($"tokenizer.json: '{ShownName.Of(texts[token.Id])}' and '{ShownName.Of(token.Text)}' are both token {token.Id}");
            (texts[token.Id], kinds[token.Id]) = (token.Text, kinds[token.Id] == TokenKind.Unknown ? TokenKind.Unknown : token.Special ? TokenKind.Control : TokenKind.UserDefined);
        }
        return (texts, kinds);
    }

    private static List<(string, string)> Merges(JsonFile model)
    {
        var merges = new List<(string, string)>();
        foreach (var element in model.Find("merges") is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : throw model.Wrong("merges", "an array"))
            if (JsonFile.TextOf(element) is { } text && text.Length > 2 && text.IndexOf(' ', 1) is var space and > 0)
                merges.Add((text[..space], text[(space + 1)..]));
            else if (element.ValueKind == JsonValueKind.Array && element.GetArrayLength() == 2 && JsonFile.TextOf(element[0]) is { } left && JsonFile.TextOf(element[1]) is { } right)
                merges.Add((left, right));
            else
                throw model.Wrong("merges", "an array of pairs");
        return merges;
    }

    // A text, or an object that holds it.
    internal static string? TokenText(JsonFile? settings, string key) =>
        settings?.Find(key) is not { } value ? null : JsonFile.TextOf(value) ?? (value.ValueKind == JsonValueKind.Object ? settings.Object(key)!.Text("content") : null);

    /// <summary>The special token that the post-processor puts at one end of a text; null where it puts none there.</summary>
    private static string? Framing(JsonFile file, Index end)
    {
        var steps = file.Object("post_processor") is not { } post ? [] : JsonSteps.Of(post, "processors");
        foreach (var step in steps.Where(s => s.Text("type") == "TemplateProcessing"))
            if (step.Find("single") is { ValueKind: JsonValueKind.Array } single && single.GetArrayLength() is var count and > 0 && single[end.GetOffset(count)] is { ValueKind: JsonValueKind.Object } part
                && new JsonFile("tokenizer.json: single", part).Object("SpecialToken") is { } special)
                return special.Text("id");
        return null;
    }
}
